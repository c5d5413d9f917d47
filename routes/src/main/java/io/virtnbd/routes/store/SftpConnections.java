/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.camel.component.file.remote.SftpEndpoint;

/** Connections: those that somebody uses, and some that nobody uses now. Safe for use by several threads. */
final class SftpConnections implements AutoCloseable {
    private static final int MAX_IDLE = 4;

    private final Deque<SftpConnection> idle = new ArrayDeque<>();
    /** Who has one can have lost it. */
    private final Set<SftpConnection> inUse = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean closed;

    /** One that was in use before, or null. Since then its server can have ended it. */
    synchronized SftpConnection takeIdle() {
        while (!idle.isEmpty()) {
            SftpConnection connection = idle.pop();
            if (connection.isOpen()) {
                inUse.add(connection);
                return connection;
            }
            connection.close();
        }
        return null;
    }

    /** A new one. */
    SftpConnection open(SftpEndpoint server) throws IOException {
        SftpConnection connection = SftpConnection.open(server);
        synchronized (this) {
            if (!closed) {
                inUse.add(connection);
                return connection;
            }
        }
        connection.close();
        throw new IOException(server.getConfiguration().remoteServerInformation() + ": the store is stopped");
    }

    /** Takes one back that is as good as new. */
    void give(SftpConnection connection) {
        synchronized (this) {
            inUse.remove(connection);
            if (!closed && idle.size() < MAX_IDLE && connection.isOpen()) {
                idle.push(connection);
                return;
            }
        }
        connection.close();
    }

    /** Ends one that nobody can use any more. */
    void drop(SftpConnection connection) {
        synchronized (this) {
            inUse.remove(connection);
        }
        connection.close();
    }

    synchronized void start() {
        closed = false;
    }

    /** Ends all of them. */
    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(SftpConnection::close);
        idle.clear();
        inUse.forEach(SftpConnection::close);
        inUse.clear();
    }
}
