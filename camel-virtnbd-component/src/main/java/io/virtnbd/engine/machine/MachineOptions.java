/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * How a domain is defined again.
 *
 * @param start           whether it is started, too
 * @param newName         its name, where it is not that in the backup
 * @param newUuid         its UUID, where it is not that in the backup
 * @param overwriteDomain whether domains that have its name or UUID already, and are not running, are replaced
 * @param overwriteFiles  whether files beside the images are replaced
 * @param missingDisks    what becomes of disks that were not restored
 */
public record MachineOptions(boolean start, Optional<String> newName, Optional<String> newUuid, boolean overwriteDomain,
        boolean overwriteFiles, MissingDiskPolicy missingDisks) {

    private static final String OF_ITS_OWN = "new";

    /** As in the backup, and nothing is replaced. */
    public static final MachineOptions DEFAULT =
            new MachineOptions(false, Optional.empty(), Optional.empty(), false, false, MissingDiskPolicy.FAIL);

    /** @throws IllegalArgumentException if the new UUID is neither {@code new} nor a UUID */
    public MachineOptions {
        Objects.requireNonNull(missingDisks, "missingDisks");
        newName = newName.filter(name -> !name.isBlank());
        newUuid = newUuid.filter(uuid -> !uuid.isBlank()).map(MachineOptions::uuid);
    }

    private static String uuid(String text) {
        if (text.equals(OF_ITS_OWN)) {
            return UUID.randomUUID().toString();
        }
        String uuid = text.strip().toLowerCase(Locale.ROOT);
        if (!uuid.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
            throw new IllegalArgumentException("newUuid is '" + text + "', expected new or a UUID as in"
                    + " 6f1d1c4e-2f3a-4b5c-8d6e-7f8091a2b3c4");
        }
        return uuid;
    }
}
