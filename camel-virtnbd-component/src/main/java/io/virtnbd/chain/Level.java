/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.Optional;

/** What a backup covers, and so what it builds on. */
public enum Level {

    /** The whole disk, without a checkpoint that an increment could build on later. */
    COPY("copy"),

    /** The whole disk. */
    FULL("full"),

    /** What changed since the checkpoint of the full or the increment before. */
    INC("inc"),

    /** What changed since an earlier checkpoint. Ends a chain: nothing builds on it. */
    DIFF("diff");

    private final String label;

    Level(String label) {
        this.label = label;
    }

    /** The word for the level in file names, headers and manifests, in lower case. */
    public String label() {
        return label;
    }

    /** Whether a stream of this level is the first of its chain and holds the whole disk. */
    public boolean isBase() {
        return this == COPY || this == FULL;
    }

    /** The level with this label; empty where there is none. Upper case is not accepted. */
    public static Optional<Level> ofLabel(String label) {
        for (Level level : values()) {
            if (level.label.equals(label)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
