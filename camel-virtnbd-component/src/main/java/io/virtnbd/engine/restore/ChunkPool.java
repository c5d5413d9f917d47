/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Memory for compressed payloads that wait to be decoded, bounded as a whole: their blocks, and the objects that stand for
 * their pieces, which are more than the bytes where blocks are tiny. Safe for use by several threads.
 */
final class ChunkPool {

    /** Room for two LZ4 frames of 32 MiB, as virtnbdbackup makes them, at a usual ratio; less where the heap is small. */
    private static final long LIMIT = Math.min(32 << 20, Runtime.getRuntime().maxMemory() / 4);
    private static final int STANDARD = 256 << 10;

    private final Deque<byte[]> free = new ArrayDeque<>();
    private long used;
    private long charges;

    /** A piece of memory that is given back when its last holder has released it. */
    final class Chunk {

        private final byte[] memory;
        private final ByteBuffer room;
        private int holders = 1;

        private Chunk(byte[] memory) {
            this.memory = memory;
            this.room = ByteBuffer.wrap(memory);
        }

        /** What is not filled yet. */
        ByteBuffer room() {
            return room;
        }

        void hold() {
            synchronized (ChunkPool.this) {
                holders++;
            }
        }

        void release() {
            synchronized (ChunkPool.this) {
                if (--holders == 0) {
                    giveBack(memory);
                }
            }
        }
    }

    /**
     * Waits until there is memory. The caller holds the chunk, and no other one.
     *
     * @throws InterruptedIOException if the thread is interrupted
     */
    Chunk acquire(int atLeast) throws InterruptedIOException {
        int size = Math.max(atLeast, STANDARD);
        synchronized (this) {
            take(size);
            if (size == STANDARD && !free.isEmpty()) {
                return new Chunk(free.pop());
            }
        }
        return new Chunk(new byte[size]);
    }

    /**
     * Waits until there is memory for the objects of a piece.
     *
     * @param cost bytes, to be {@linkplain #discharge discharged} when the piece is decoded
     * @throws InterruptedIOException if the thread is interrupted
     */
    synchronized void charge(int cost) throws InterruptedIOException {
        take(cost);
        charges++;
    }

    synchronized void discharge(int cost) {
        charges--;
        used -= cost;
        notifyAll();
    }

    /** Without a piece that waits to be decoded nothing would ever be given back, so there is always memory then. */
    private void take(int size) throws InterruptedIOException {
        while (charges > 0 && used + size > LIMIT) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for blocks to be decoded");
            }
        }
        used += size;
    }

    private void giveBack(byte[] memory) {
        used -= memory.length;
        if (memory.length == STANDARD) {
            free.push(memory);
        }
        notifyAll();
    }
}
