/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/**
 * Says that the stream's metadata follow.
 *
 * @param length bytes of JSON; positive
 */
public record MetaFrame(long length) implements Frame {

    public MetaFrame {
        Ranges.requireRange(0, length);
    }

    @Override
    public FrameKind kind() {
        return FrameKind.META;
    }

    @Override
    public long start() {
        return 0;
    }
}
