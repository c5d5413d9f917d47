/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.transport;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;

/**
 * A blocking byte stream in both directions. One thread may read while another writes; several threads that read, or several
 * that write, must take turns. {@link #abort} and {@link #close} may be called by any thread at any time.
 */
public interface NbdTransport extends Closeable {

    /** A transport that sends what it is given, unencrypted. The channel, in blocking mode, then belongs to the transport. */
    static NbdTransport plain(SocketChannel channel) {
        return new PlainTransport(channel);
    }

    /**
     * Reads at least one byte, blocking, unless the target is full.
     *
     * @return how many bytes, or -1 when the peer has ended the stream
     */
    int read(ByteBuffer target) throws IOException;

    /** As {@link #read(ByteBuffer)}, filling one target after the other. */
    long read(ByteBuffer[] targets) throws IOException;

    /** Writes all that remains in the source. */
    void write(ByteBuffer source) throws IOException;

    /** Writes all that remains in the sources, one after the other. */
    void write(ByteBuffer[] sources) throws IOException;

    /**
     * Sends a piece of a file, without copying it through this process where that is possible.
     *
     * @param position where the piece begins in the file
     * @param count    at most so many bytes are sent; positive
     * @return how many bytes were sent, or -1 if the file ends at or before the position
     */
    long send(FileChannel source, long position, long count) throws IOException;

    /** Whether the bytes are encrypted. */
    boolean isEncrypted();

    /** Cuts the connection at once: whatever is blocked in it, in any thread, ends with an exception. Has no effect twice. */
    void abort();

    /** Ends the connection in the orderly way where that does not need the peer's cooperation. */
    @Override
    void close() throws IOException;
}
