/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/**
 * Ends a compressed stream; the trailer's JSON and CR LF stand before it.
 *
 * @param length bytes of JSON; positive
 */
public record TrailerFrame(long length) implements Frame {

    public TrailerFrame {
        Ranges.requireRange(0, length);
    }

    @Override
    public FrameKind kind() {
        return FrameKind.TRAILER;
    }

    @Override
    public long start() {
        return 0;
    }
}
