/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/** The end of the frames. */
public record StopFrame() implements Frame {

    @Override
    public FrameKind kind() {
        return FrameKind.STOP;
    }

    @Override
    public long start() {
        return 0;
    }

    @Override
    public long length() {
        return 0;
    }
}
