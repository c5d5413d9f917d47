/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/**
 * One piece of a compressed payload, in the order of the LZ4 frame format: for each LZ4 frame its start, its blocks and its
 * end.
 */
public sealed interface Lz4Element permits Lz4FrameStart, Lz4Block, Lz4FrameEnd {

    /** Where the piece begins, in bytes from the start of the stream. */
    long offset();
}
