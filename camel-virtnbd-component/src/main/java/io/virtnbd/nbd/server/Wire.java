/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.GatheringByteChannel;
import tlschannel.TlsChannel;

/**
 * Reads and writes the bytes of one connection. Small messages are gathered and go out together, at the latest before the next
 * wait for the client, so that neither side can wait for what the other has not sent. For one thread.
 */
final class Wire implements Closeable {

    private static final int BUFFER = 32 * 1024;

    private final ClientSocket socket;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
    private ByteChannel reader;
    private GatheringByteChannel writer;

    Wire(ClientSocket socket) {
        this.socket = socket;
        this.reader = socket;
        this.writer = socket;
    }

    /** Whether bytes have come from the client that were not asked for yet. */
    boolean hasUnread() {
        return in.hasRemaining();
    }

    /** The bytes that have come from the client and were not asked for yet, to look at until the next call. */
    ByteBuffer unread() {
        return in.slice();
    }

    /** Waits for the client's next byte; {@code false} when the client has closed the connection. */
    boolean awaitInput() throws IOException {
        return in.hasRemaining() || fill();
    }

    /**
     * Waits until so many bytes are there.
     *
     * @param count at most 32768
     * @return a buffer to take exactly these bytes from, before anything else is called
     * @throws EOFException if the client closes the connection before that
     */
    ByteBuffer need(int count) throws IOException {
        while (in.remaining() < count) {
            if (!fill()) {
                throw new EOFException("the client closed the connection in the middle of a message");
            }
        }
        return in;
    }

    /** Fills the rest of a buffer. */
    void readFully(ByteBuffer target) throws IOException {
        int buffered = Math.min(in.remaining(), target.remaining());
        target.put(in.duplicate().limit(in.position() + buffered));
        in.position(in.position() + buffered);
        if (target.hasRemaining()) {
            flush();
        }
        while (target.hasRemaining()) {
            if (reader.read(target) < 0) {
                throw new EOFException("the client closed the connection in the middle of a payload");
            }
        }
    }

    /** Reads bytes and drops them. */
    void skip(long count) throws IOException {
        for (long left = count; left > 0;) {
            need(1);
            int now = (int) Math.min(left, in.remaining());
            in.position(in.position() + now);
            left -= now;
        }
    }

    /**
     * Makes room for a small message.
     *
     * @param count at most 32768
     * @return a buffer to put exactly these bytes into
     */
    ByteBuffer room(int count) throws IOException {
        if (out.remaining() < count) {
            flush();
        }
        return out;
    }

    /** Writes all that remains in a buffer, after what was gathered. */
    void write(ByteBuffer data) throws IOException {
        if (data.remaining() <= out.remaining()) {
            out.put(data);
            return;
        }
        ByteBuffer[] both = {out.flip(), data};
        while (data.hasRemaining()) {
            writer.write(both);
        }
        out.clear();
    }

    void flush() throws IOException {
        if (out.position() > 0) {
            out.flip();
            while (out.hasRemaining()) {
                writer.write(out);
            }
            out.clear();
        }
    }

    /** Sends from an export straight to the socket; 0 when the export or the connection cannot. */
    long transfer(Export export, long offset, long length) throws IOException {
        if (reader != socket) {
            return 0;
        }
        flush();
        socket.startWaiting();
        try {
            return export.transferTo(offset, length, socket.channel());
        } catch (IOException e) {
            // whether it is the export's or the client's failure shows when the rest is read and written
            return 0;
        } finally {
            socket.stopWaiting();
        }
    }

    void startTls(TlsUpgrade tls) throws IOException {
        flush();
        TlsChannel channel = tls.accept(socket);
        reader = channel;
        writer = channel;
    }

    void endHandshake() {
        socket.endHandshake();
    }

    /** Ends TLS, if it runs, and closes the socket. */
    @Override
    public void close() throws IOException {
        reader.close();
    }

    private boolean fill() throws IOException {
        flush();
        in.compact();
        try {
            return reader.read(in) >= 0;
        } finally {
            in.flip();
        }
    }
}
