/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What an endpoint does; the first part of its URI. The constants are named as they are written there. */
public enum VirtNbdOperation {

    /** Reads a disk and hands out its backup. */
    backup,
    /** Writes streams to an image or an export. */
    restore,
    /** Reads streams to their end and reports. */
    verify,
    /** Reads the metadata of streams only. */
    inspect,

    /** Serves the disks of a chain over NBD. */
    serve,

    /** Folds a chain into one new full. */
    synthesize,

    /** Deletes backups that need not be kept. */
    retention,
    /** Lists the domains whose names match a pattern. */
    domains;

    /**
     * The operation of that name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that there are
     */
    public static VirtNbdOperation of(String name) {
        return Arrays.stream(values()).filter(operation -> operation.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown operation '" + name + "', expected one of "
                        + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "))));
    }
}
