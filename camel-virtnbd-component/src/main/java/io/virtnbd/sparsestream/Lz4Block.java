/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * One block of an LZ4 frame, not decoded and its checksum not verified yet.
 *
 * @param offset     of its size field, in bytes from the start of the stream
 * @param compressed whether the data are compressed, or stored as they are
 * @param data       the block, a part of the buffer that was given to the reader
 * @param checksum   expected XXH32 of the data, where the frame has block checksums
 */
public record Lz4Block(long offset, boolean compressed, ByteBuffer data, OptionalInt checksum) implements Lz4Element {
}
