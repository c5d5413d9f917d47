/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The connections that are open, with the threads that serve them. Thread-safe. */
final class Connections {

    private final Map<ClientSocket, Thread> threads = new ConcurrentHashMap<>();
    private final int maximum;
    private boolean closed;

    Connections(int maximum) {
        this.maximum = maximum;
    }

    /** Registers a connection and starts its thread; {@code false} when there are too many or this was closed. */
    synchronized boolean start(ClientSocket socket, Thread thread) {
        if (closed || threads.size() >= maximum) {
            return false;
        }
        threads.put(socket, thread);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // the system has no more threads, which is a limit like the other
            threads.remove(socket);
            return false;
        }
        return true;
    }

    void ended(ClientSocket socket) {
        threads.remove(socket);
    }

    /** Aborts the connections whose clients let the server wait for too long. */
    void abortOverdue() {
        for (ClientSocket socket : threads.keySet()) {
            if (socket.isOverdue()) {
                socket.abort("the client took too long");
            }
        }
    }

    /** Aborts all connections, lets no more come, and waits for the threads to end, up to a limit. */
    void close(long timeout, TimeUnit unit) throws InterruptedException {
        synchronized (this) {
            closed = true;
        }
        long end = System.nanoTime() + unit.toNanos(timeout);
        threads.keySet().forEach(socket -> socket.abort("the server was closed"));
        for (Thread thread : threads.values()) {
            long left = end - System.nanoTime();
            if (thread != Thread.currentThread() && left > 0) {
                TimeUnit.NANOSECONDS.timedJoin(thread, left);
            }
        }
    }
}
