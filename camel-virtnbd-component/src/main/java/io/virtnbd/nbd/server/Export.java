/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.protocol.NbdErrno;
import io.virtnbd.nbd.protocol.NbdRequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A range of bytes that an {@link NbdServer} serves. The server calls it from one thread for each connection, so that
 * implementations must be safe for use by several threads; overlapping requests at one time may see or leave any mixture.
 *
 * <p>The server passes only ranges within {@link #size()} and never calls the writing methods of an export that is
 * {@linkplain #readOnly() read-only}. An {@link NbdRequestException} reaches the client with its error number, any other
 * exception as {@code EIO}; the connection goes on in both cases.
 */
public interface Export {

    /** Bytes, 0 or more; the same for the life of the export. */
    long size();

    /** Whether writing is refused with {@code EPERM}. */
    default boolean readOnly() {
        return true;
    }

    /**
     * Whether a client may spread its requests over several connections: what one connection wrote, and a flush on any of
     * them, must hold for all of them.
     */
    default boolean canMultiConn() {
        return readOnly();
    }

    /** A line for people, at most 4096 bytes in UTF-8; empty for none. */
    default String description() {
        return "";
    }

    /**
     * Fills the buffer up to its limit.
     *
     * @param offset first byte to read
     * @throws IOException if not every byte could be read; what the buffer then holds is not used
     */
    void read(long offset, ByteBuffer target) throws IOException;

    /**
     * How far ahead of a client the server should say what it {@linkplain #expect expects} it to read, in bytes; the same for the
     * life of the export. The default, 0, is right for exports that read about as fast as they could be told.
     */
    default long lookahead() {
        return 0;
    }

    /**
     * Says that a range is likely to be read soon, so that the export can make it ready meanwhile. Returns at once; a failure is
     * ignored, and the range may never be read. The default does nothing.
     *
     * @param length positive
     */
    default void expect(long offset, long length) throws IOException {
    }

    /**
     * Sends bytes to a socket without a copy through this process, where the export can do that.
     *
     * @return how many bytes were sent, from 0 to {@code length}; on 0 the server uses {@link #read} for the rest, which also
     *         finds out about errors
     * @throws IOException if nothing was sent; treated like a return of 0
     */
    default long transferTo(long offset, long length, WritableByteChannel target) throws IOException {
        return 0;
    }

    /**
     * Reports what a range holds, in order and without a gap from {@code offset} on. It may stop early; the server takes what
     * is left for data. {@link ExtentType#ZERO} promises that the range reads as zeroes; clients see the other types as data.
     *
     * @param length positive
     */
    default void extents(long offset, long length, ExtentConsumer consumer) throws IOException {
        consumer.accept(new Extent(offset, length, ExtentType.DATA));
    }

    /** Writes all that remains in the buffer. */
    default void write(long offset, ByteBuffer source) throws IOException {
        throw new NbdRequestException("WRITE of " + source.remaining() + " bytes at " + offset, NbdErrno.EPERM.code(),
                "the export cannot be written");
    }

    /**
     * Makes a range read as zeroes.
     *
     * @param keepAllocated whether the range must stay, or become, allocated
     */
    default void writeZeroes(long offset, long length, boolean keepAllocated) throws IOException {
        ZeroWriter.write(this, offset, length);
    }

    /** Says that the content of a range is not needed any more. The default ignores the hint, which the protocol allows. */
    default void trim(long offset, long length) throws IOException {
    }

    /**
     * Returns when everything written before is on permanent storage. The default does nothing, which is right for exports
     * that are read-only or not permanent.
     */
    default void flush() throws IOException {
    }
}
