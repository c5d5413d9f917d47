/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

/** What the checks have in common that are made when an endpoint starts, so that a mistake is not found out at night. */
public final class OptionRules {

    private OptionRules() {
    }

    /** @throws IllegalArgumentException unless the condition holds, naming the option, what is expected and what was found */
    public static void require(boolean condition, String option, Object found, String expected) {
        if (!condition) {
            throw new IllegalArgumentException(option + " is '" + found + "', expected " + expected);
        }
    }

    /** Whether an option says nothing. */
    public static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }

    /** @throws IllegalArgumentException if frames are to be compressed here */
    public static void requirePlainFrames(VirtNbdConfiguration configuration) {
        require(configuration.getUnit() != BackupUnit.frame || configuration.getCompression() == CompressionMethod.none,
                "compression", configuration.getCompression(), "none with unit=frame: use the lz4 data format in the route");
    }
}
