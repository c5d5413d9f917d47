/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/** The header of one frame. Immutable. */
public sealed interface Frame permits MetaFrame, DataFrame, ZeroFrame, StopFrame, TrailerFrame {

    FrameKind kind();

    /** First byte on the disk for data and zero frames, else 0. */
    long start();

    /**
     * Bytes of the disk for data (uncompressed) and zero frames, bytes of JSON for the metadata and the trailer, 0 for the stop
     * frame.
     */
    long length();

    /** The first byte after the range. */
    default long end() {
        return start() + length();
    }
}
