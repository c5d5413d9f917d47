/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

/**
 * How the payloads of data frames are compressed.
 *
 * @param lz4   whether they are LZ4 frames
 * @param level compression level as the lz4 tools have it, 1 to 12; 0 where there is no compression
 */
public record Compression(boolean lz4, int level) {

    public static final Compression NONE = new Compression(false, 0);

    public Compression {
        if (lz4 ? level < 1 || level > 12 : level != 0) {
            throw new IllegalArgumentException("compression level " + level + " is not between 1 and 12");
        }
    }

    public static Compression lz4(int level) {
        return new Compression(true, level);
    }
}
