/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.transport.NbdTransport;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What a server sends: headers through a small read-ahead buffer, payloads straight into their targets. Confined to the thread
 * that reads, except for {@link #idleNanos}.
 */
final class TransportInput {

    /** Holds the headers of several small replies; what of a payload lands in it must be copied. */
    private static final int READ_AHEAD = 4096;
    private static final long NOT_WAITING = Long.MIN_VALUE;

    private final NbdTransport transport;
    private final ByteBuffer ahead = ByteBuffer.allocateDirect(READ_AHEAD).limit(0);
    private final ByteBuffer[] targets = {null, ahead};
    private volatile long waitingSince = NOT_WAITING;

    TransportInput(NbdTransport transport) {
        this.transport = transport;
    }

    /**
     * Waits for bytes and gives the buffer that has them at its position; the caller takes them out of it.
     *
     * @param count at most the size of the read-ahead buffer
     * @throws EOFException if the stream ends before
     */
    ByteBuffer require(int count) throws IOException {
        if (ahead.remaining() < count) {
            ahead.compact();
            try {
                while (ahead.position() < count) {
                    waitingSince = System.nanoTime();
                    requireBytes(transport.read(ahead));
                }
            } finally {
                waitingSince = NOT_WAITING;
                ahead.flip();
            }
        }
        return ahead;
    }

    /** Fills the target; the same read also takes in what follows, which is usually the next header. */
    void readFully(ByteBuffer target) throws IOException {
        if (ahead.remaining() >= target.remaining()) {
            int limit = ahead.limit();
            target.put(ahead.limit(ahead.position() + target.remaining()));
            ahead.limit(limit);
            return;
        }
        target.put(ahead);
        targets[0] = target;
        ahead.clear();
        try {
            while (target.hasRemaining()) {
                waitingSince = System.nanoTime();
                requireBytes(transport.read(targets));
            }
        } finally {
            waitingSince = NOT_WAITING;
            targets[0] = null;
            ahead.flip();
        }
    }

    /** Bytes that have arrived and were not taken. */
    int buffered() {
        return ahead.remaining();
    }

    /** For how long the reading thread has been waiting for a byte, in nanoseconds; 0 when it is not waiting. */
    long idleNanos(long now) {
        long since = waitingSince;
        return since == NOT_WAITING ? 0 : Math.max(0, now - since);
    }

    private static void requireBytes(long count) throws EOFException {
        if (count < 0) {
            throw new EOFException();
        }
    }
}
