/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.transport.NbdTransport;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** What a WRITE sends after its header, in pieces, so that a deadline can see progress. */
sealed interface Payload {

    int PIECE = 256 * 1024;

    /**
     * Sends everything.
     *
     * @param headers  what must be sent before, ready to be read
     * @param progress is run after each piece
     */
    void send(ByteBuffer headers, NbdTransport transport, Runnable progress) throws IOException;

    /** The remaining bytes of a buffer, whose position is not moved. */
    record OfBuffer(ByteBuffer source) implements Payload {

        @Override
        public void send(ByteBuffer headers, NbdTransport transport, Runnable progress) throws IOException {
            ByteBuffer rest = source.duplicate();
            int end = rest.limit();
            rest.limit(Math.min(end, rest.position() + PIECE));
            transport.write(new ByteBuffer[] {headers, rest});
            progress.run();
            while (rest.position() < end) {
                rest.limit(Math.min(end, rest.position() + PIECE));
                transport.write(rest);
                progress.run();
            }
        }
    }

    /** A piece of a file. */
    record OfFile(FileChannel source, long position, long length) implements Payload {

        @Override
        public void send(ByteBuffer headers, NbdTransport transport, Runnable progress) throws IOException {
            transport.write(headers);
            long sent = 0;
            while (sent < length) {
                long count = transport.send(source, position + sent, Math.min(PIECE, length - sent));
                if (count < 0) {
                    throw new EOFException("the file ended at " + (position + sent) + " while " + length + " bytes from "
                            + position + " on were being sent");
                }
                sent += count;
                progress.run();
            }
        }
    }
}
