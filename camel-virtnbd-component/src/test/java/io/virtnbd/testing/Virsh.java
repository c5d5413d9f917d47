/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.util.ArrayList;
import java.util.List;

/** Runs commands of virsh against the system's daemon. */
public final class Virsh {

    public static final String URI = "qemu:///system";

    private Virsh() {
    }

    /** A command that must succeed; returns what it printed. */
    public static String run(String... command) {
        return Tool.run(withPrefix(command));
    }

    /** A command that may fail. */
    public static Tool.Result tryRun(String... command) {
        return Tool.tryRun(withPrefix(command));
    }

    private static String[] withPrefix(String... command) {
        List<String> whole = new ArrayList<>(List.of("virsh", "--quiet", "--connect", URI));
        whole.addAll(List.of(command));
        return whole.toArray(String[]::new);
    }
}
