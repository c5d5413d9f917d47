/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A fixed number of direct buffers. Safe for use by several threads. */
final class BufferPool {

    private final BlockingQueue<ByteBuffer> free = new LinkedBlockingQueue<>();
    private final String target;

    /** @param target what the buffers are written to, for messages */
    BufferPool(int buffers, int size, String target) {
        this.target = target;
        for (int i = 0; i < buffers; i++) {
            free.add(ByteBuffer.allocateDirect(size));
        }
    }

    /**
     * Waits for a buffer.
     *
     * @throws RestoreException if the thread is interrupted; it stays marked so
     */
    ByteBuffer acquire() throws RestoreException {
        try {
            return free.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestoreException("interrupted while waiting for writes to " + target, e);
        }
    }

    void release(ByteBuffer buffer) {
        free.add(buffer.clear());
    }
}
