/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.util.OptionalLong;

/**
 * The descriptor of an LZ4 frame, its own checksum verified.
 *
 * @param offset            of the magic number, in bytes from the start of the stream
 * @param independentBlocks whether each block can be decoded without the 64 KiB before it
 * @param blockChecksums    whether each block has a checksum
 * @param contentChecksum   whether the frame ends with a checksum of its decoded bytes
 * @param maxBlockSize      decoded bytes of a block at most: 64 KiB, 256 KiB, 1 MiB or 4 MiB
 * @param contentSize       decoded bytes of the frame, where it says
 */
public record Lz4FrameStart(long offset, boolean independentBlocks, boolean blockChecksums, boolean contentChecksum,
        int maxBlockSize, OptionalLong contentSize) implements Lz4Element {
}
