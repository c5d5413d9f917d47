/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.nbd.client.ExportInfo;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The client of one export, which all readings at a time share, and the next ones after them: many servers, qemu-nbd by
 * default, serve one client at a time. No reading can hold up another, since each has room of its own for what it has asked
 * for. Where the client's connections have broken, the next reading makes new ones. Safe for use by several threads.
 */
final class ExportConnections implements Closeable {

    private final NbdUri uri;
    private final NbdClientOptions options;
    private final ReentrantLock connecting = new ReentrantLock();
    private ExportInfo planned;
    private NbdClient client;
    private int readings;
    private boolean doubtful;
    private boolean closed;

    ExportConnections(NbdUri uri, NbdClientOptions options) {
        this.uri = uri;
        this.options = options;
    }

    /**
     * The client, for one reading.
     *
     * @throws DiskBackupException    if the backup is closed, or the export is not what it was
     * @throws InterruptedIOException if the thread is interrupted while another one connects; it stays marked so
     */
    NbdClient acquire() throws IOException {
        NbdClient shared = share();
        if (shared != null) {
            return shared;
        }
        lockConnecting();
        try {
            shared = share();
            return shared == null ? connect() : shared;
        } finally {
            connecting.unlock();
        }
    }

    private synchronized NbdClient share() throws DiskBackupException {
        requireOpen();
        if (client == null || !client.isOpen()) {
            return null;
        }
        readings++;
        return client;
    }

    private void lockConnecting() throws InterruptedIOException {
        try {
            connecting.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a connection to " + uri);
        }
    }

    private NbdClient connect() throws IOException {
        NbdClient fresh = NbdClient.connect(uri, options);
        try {
            admit(fresh);
            return fresh;
        } catch (DiskBackupException | RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    private synchronized void admit(NbdClient fresh) throws DiskBackupException {
        requireOpen();
        ExportInfo found = fresh.export();
        if (planned == null) {
            planned = found;
        }
        if (found.size() != planned.size() || !found.blockSize().equals(planned.blockSize())) {
            throw new DiskBackupException(uri + " has changed since the backup began: expected " + planned.size() + " bytes in "
                    + planned.blockSize() + ", found " + found.size() + " bytes in " + found.blockSize());
        }
        client = fresh;
        readings = 1;
        doubtful = false;
    }

    /**
     * A reading is done with the client.
     *
     * @param clean whether all its requests were answered; else the client ends with the last reading that shares it
     */
    void release(NbdClient used, boolean clean) {
        synchronized (this) {
            if (used == client) {
                readings--;
                doubtful |= !clean;
                if (readings > 0 || !doubtful && client.isOpen()) {
                    return;
                }
                client = null;
            }
        }
        // also one that has broken, whose place another has taken
        used.close();
    }

    @Override
    public void close() throws IOException {
        NbdClient open;
        synchronized (this) {
            closed = true;
            open = client;
            client = null;
        }
        if (open != null) {
            open.close();
        }
    }

    private void requireOpen() throws DiskBackupException {
        if (closed) {
            throw new DiskBackupException("the backup of " + uri + " is closed: its streams can no longer be read");
        }
    }
}
