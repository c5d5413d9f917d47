/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/**
 * What a reader accepts at most. Each limit is checked before anything is allocated for what it limits. Memory is bounded
 * without them in everything else: an LZ4 block is at most 4 MiB by its format, and a frame's length costs no memory.
 *
 * @param maxMetadataBytes bytes of metadata JSON; positive
 * @param maxMetadataDepth nesting of the metadata JSON, 1 being the object itself; positive
 * @param maxFrameLength   bytes of the disk in one data or zero frame; positive
 * @param maxTrailerBytes  bytes of trailer JSON; positive. Each data frame of a compressed stream takes about 8, and the reader
 *                         keeps at most half as much in memory
 */
public record StreamLimits(int maxMetadataBytes, int maxMetadataDepth, long maxFrameLength, long maxTrailerBytes) {

    /**
     * 1 MiB of metadata of depth 16, frames of up to 2^61 bytes, and 64 MiB of trailer, enough for 8 TiB in frames of 1 MiB.
     */
    public static final StreamLimits DEFAULT = new StreamLimits(1 << 20, 16, 1L << 61, 64L << 20);

    public StreamLimits {
        if (maxMetadataBytes <= 0 || maxMetadataDepth <= 0 || maxFrameLength <= 0 || maxTrailerBytes <= 0) {
            throw new IllegalArgumentException("every limit must be positive: metadata bytes " + maxMetadataBytes
                    + ", metadata depth " + maxMetadataDepth + ", frame length " + maxFrameLength
                    + ", trailer bytes " + maxTrailerBytes);
        }
    }
}
