/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * The socket of one client with the time that may be spent waiting for it. One thread reads, writes and closes; any thread may
 * {@link #abort}.
 */
final class ClientSocket implements ByteChannel, GatheringByteChannel {

    private static final long EPOCH = System.nanoTime();
    private static final long NEVER = Long.MAX_VALUE;

    private final SocketChannel channel;
    private final long idleNanos;
    /** When the handshake must be over, or, after it, when the wait that is under way must be over. */
    private volatile long deadline;
    private volatile String abortReason;
    private boolean handshaking = true;

    /**
     * Starts the time of the handshake.
     *
     * @param idleTimeout how long the client may then let the server wait at a time; zero for no limit
     */
    ClientSocket(SocketChannel channel, Duration handshakeTimeout, Duration idleTimeout) {
        this.channel = channel;
        this.idleNanos = idleTimeout.isZero() ? NEVER : idleTimeout.toNanos();
        this.deadline = now() + handshakeTimeout.toNanos();
    }

    /** The socket itself, for sending without a copy between {@link #startWaiting} and {@link #stopWaiting}. */
    SocketChannel channel() {
        return channel;
    }

    void endHandshake() {
        handshaking = false;
        deadline = NEVER;
    }

    void startWaiting() {
        if (!handshaking && idleNanos != NEVER) {
            deadline = now() + idleNanos;
        }
    }

    void stopWaiting() {
        if (!handshaking && idleNanos != NEVER) {
            deadline = NEVER;
        }
    }

    boolean isOverdue() {
        return now() >= deadline;
    }

    /**
     * Makes every read and write of the client, also one that is blocked, fail or end soon. The channel is not closed here:
     * a blocked {@code sendfile} would go on, with a descriptor that may come to be another socket's.
     */
    void abort(String reason) {
        if (abortReason == null) {
            abortReason = reason;
        }
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            // already closed or disconnected, which is what is wanted
        }
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            // as above
        }
    }

    /** Why the connection was aborted, or {@code null}. */
    String abortReason() {
        return abortReason;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        startWaiting();
        try {
            return channel.read(target);
        } finally {
            stopWaiting();
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        startWaiting();
        try {
            return channel.write(source);
        } finally {
            stopWaiting();
        }
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        startWaiting();
        try {
            return channel.write(sources, offset, length);
        } finally {
            stopWaiting();
        }
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static long now() {
        return System.nanoTime() - EPOCH;
    }
}
