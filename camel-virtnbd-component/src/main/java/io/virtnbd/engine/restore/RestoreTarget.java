/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.sparsestream.FilePayload;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What a disk is written to. Writes may be under way when the methods return; they do not overlap until {@link #drain} was
 * called. Safe for use by several threads, but for {@link #drain}, {@link #complete} and {@link #close}.
 */
interface RestoreTarget extends Closeable {

    /** Bytes of the largest write. */
    int pieceSize();

    /** Whether every byte that was not written reads as zero. */
    boolean isBlank();

    /** An empty buffer of {@link #pieceSize} bytes; waits until one is free. */
    ByteBuffer acquire() throws IOException;

    /** Gives back a buffer that is not written after all. */
    void release(ByteBuffer buffer);

    /** Writes an acquired buffer from its position to its limit, and gives it back when that is done. */
    void write(long offset, ByteBuffer buffer) throws IOException;

    /** Writes a payload that stands in a file as it is to be on the disk. */
    void write(long offset, FilePayload payload) throws IOException;

    /** Makes a range read as zeroes. */
    void zero(long offset, long length) throws IOException;

    /** Waits for the writes that are under way. */
    void drain() throws IOException;

    /** Makes what was written durable, as far as the writes had ended. May run beside writes. */
    void sync() throws IOException;

    /** Reads what was written, up to the buffer's limit. Belongs between {@link #drain} and {@link #complete}. */
    void read(long offset, ByteBuffer buffer) throws IOException;

    /** How many bytes from there on are known to read as zeroes without reading them; at most {@code length}. */
    long zeroes(long offset, long length) throws IOException;

    /** Makes all writes durable and, if it is a file, gives it its final name. */
    void complete() throws IOException;

    /** Ends the restore. If it was not completed, an image that was begun is removed, unless it is kept to go on with. */
    @Override
    void close() throws IOException;
}
