/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/**
 * A range of the disk that reads as zeroes.
 *
 * @param start  first byte on the disk; not negative
 * @param length bytes; positive, and {@code start + length} does not overflow
 */
public record ZeroFrame(long start, long length) implements Frame {

    public ZeroFrame {
        Ranges.requireRange(start, length);
    }

    @Override
    public FrameKind kind() {
        return FrameKind.ZERO;
    }
}
