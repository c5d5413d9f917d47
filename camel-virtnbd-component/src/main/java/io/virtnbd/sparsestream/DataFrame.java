/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/**
 * A range of the disk whose bytes follow, plain or as LZ4 frames.
 *
 * @param start  first byte on the disk; not negative
 * @param length uncompressed bytes; positive, and {@code start + length} does not overflow
 */
public record DataFrame(long start, long length) implements Frame {

    public DataFrame {
        Ranges.requireRange(start, length);
    }

    @Override
    public FrameKind kind() {
        return FrameKind.DATA;
    }
}
