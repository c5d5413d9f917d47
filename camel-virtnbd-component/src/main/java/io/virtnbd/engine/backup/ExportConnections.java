/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.nbd.client.ExportInfo;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * The connections to one export. One that is done is kept for the next reading, because many servers, qemu-nbd by default,
 * serve one client at a time. Safe for use by several threads.
 */
final class ExportConnections implements Closeable {

    private final NbdUri uri;
    private final NbdClientOptions options;
    private final Set<NbdClient> busy = new HashSet<>();
    private ExportInfo planned;
    private NbdClient idle;
    private boolean closed;

    ExportConnections(NbdUri uri, NbdClientOptions options) {
        this.uri = uri;
        this.options = options;
    }

    /**
     * The kept connection, or a new one.
     *
     * @throws DiskBackupException if the backup is closed, or the export is not what it was
     */
    NbdClient acquire() throws DiskBackupException, NbdException {
        synchronized (this) {
            requireOpen();
            NbdClient kept = idle;
            idle = null;
            if (kept != null && kept.isOpen()) {
                busy.add(kept);
                return kept;
            }
        }
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
        busy.add(fresh);
    }

    /**
     * Gives a connection back.
     *
     * @param reusable whether no request is open on it
     */
    void release(NbdClient client, boolean reusable) {
        synchronized (this) {
            busy.remove(client);
            if (reusable && !closed && idle == null && client.isOpen()) {
                idle = client;
                return;
            }
        }
        client.close();
    }

    @Override
    public void close() throws IOException {
        Set<NbdClient> open;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            open = new HashSet<>(busy);
            if (idle != null) {
                open.add(idle);
            }
            idle = null;
            busy.clear();
        }
        open.forEach(NbdClient::close);
    }

    private void requireOpen() throws DiskBackupException {
        if (closed) {
            throw closedError();
        }
    }

    private DiskBackupException closedError() {
        return new DiskBackupException("the backup of " + uri + " is closed: its streams can no longer be read");
    }
}
