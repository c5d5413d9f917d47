/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.WorkerThreads;
import io.virtnbd.sparsestream.Lz4FrameDecoder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;

/**
 * The decoding tasks of one restore: how many there are, their decoders, and the first failure. Safe for use by several
 * threads.
 */
final class DecodingGroup {

    /** This restore's own, because decoding waits for the target, and a slow target must not hold up others. */
    private final ExecutorService threads = WorkerThreads.pool("virtnbd-decoder");
    private final Deque<Lz4FrameDecoder> decoders = new ArrayDeque<>();
    private int running;
    private Throwable failure;

    void execute(Runnable task) {
        threads.execute(task);
    }

    synchronized void started() {
        running++;
    }

    synchronized void ended() {
        running--;
        notifyAll();
    }

    /** Makes every task skip what it has left. */
    synchronized void failed(Throwable error) {
        if (failure == null) {
            failure = error;
        }
    }

    synchronized boolean hasFailed() {
        return failure != null;
    }

    /** Throws the first failure, if there is one. */
    synchronized void check() throws IOException {
        if (failure instanceof IOException error) {
            throw error;
        }
        if (failure != null) {
            throw new RestoreException("cannot decode: " + failure, failure);
        }
    }

    /** Waits until no task is left. */
    synchronized void await() throws IOException {
        while (running > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for blocks to be decoded");
            }
        }
        check();
    }

    synchronized Lz4FrameDecoder acquireDecoder() {
        return decoders.isEmpty() ? new Lz4FrameDecoder() : decoders.pop();
    }

    synchronized void releaseDecoder(Lz4FrameDecoder decoder) {
        decoders.push(decoder);
    }
}
