/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import java.util.ArrayDeque;
import java.util.Deque;

/** Connections that nobody uses now. Safe for use by several threads. */
final class SftpConnections implements AutoCloseable {
    private static final int MAX_IDLE = 4;

    private final Deque<SftpConnection> idle = new ArrayDeque<>();
    private boolean closed;

    /** One that was in use before, or null. Since then its server can have ended it. */
    synchronized SftpConnection takeIdle() {
        while (!idle.isEmpty()) {
            SftpConnection connection = idle.pop();
            if (connection.isOpen()) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    void give(SftpConnection connection) {
        synchronized (this) {
            if (!closed && idle.size() < MAX_IDLE && connection.isOpen()) {
                idle.push(connection);
                return;
            }
        }
        connection.close();
    }

    synchronized void open() {
        closed = false;
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(SftpConnection::close);
        idle.clear();
    }
}
