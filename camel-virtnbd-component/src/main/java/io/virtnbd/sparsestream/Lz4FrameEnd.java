/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.util.OptionalInt;

/**
 * The end of an LZ4 frame.
 *
 * @param offset   of its end mark, in bytes from the start of the stream
 * @param checksum expected XXH32 of the frame's decoded bytes, where the frame has a content checksum
 * @param encodedLength bytes of the LZ4 frame in the stream, from its magic number to its last checksum
 */
public record Lz4FrameEnd(long offset, OptionalInt checksum, long encodedLength) implements Lz4Element {
}
