/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.Closing;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.backup.SideFile;
import io.virtnbd.libvirt.LibvirtCallException;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup of a domain that has begun. What makes it count is one write to the domain's metadata; until then closing it makes
 * undone what it did.
 */
final class DomainBackup implements RunningBackup {

    private static final Logger LOG = LoggerFactory.getLogger(DomainBackup.class);

    private final BackupDescription description;
    private final List<BackedUpDisk> disks;
    private final List<SideFile> sideFiles;
    private final BackupTransaction transaction;
    private final Closeable source;
    private final DomainLock lock;
    private final Runnable afterwards;
    private boolean closed;

    /**
     * @param source     what serves the disks; closed after the disks are
     * @param lock       released at last
     * @param afterwards is run once when the backup has ended
     */
    DomainBackup(BackupDescription description, List<BackedUpDisk> disks, List<SideFile> sideFiles,
            BackupTransaction transaction, Closeable source, DomainLock lock, Runnable afterwards) {
        this.description = description;
        this.disks = List.copyOf(disks);
        this.sideFiles = List.copyOf(sideFiles);
        this.transaction = transaction;
        this.source = source;
        this.lock = lock;
        this.afterwards = afterwards;
    }

    @Override
    public BackupDescription description() {
        return description;
    }

    @Override
    public List<BackedUpDisk> disks() {
        return disks;
    }

    @Override
    public List<SideFile> sideFiles() {
        return sideFiles;
    }

    @Override
    public synchronized void commit() throws IOException {
        if (closed && !transaction.isCommitted()) {
            throw new DomainBackupException("backup " + description.checkpoint() + " of domain " + description.domain()
                    + " has ended and was rolled back: it cannot be committed any more");
        }
        transaction.commit(disks, CommittedRequest.of(description));
    }

    /** First what is being read, so that nothing waits for a server that has gone; then the job; then the checkpoint. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        List<Closeable> parts = new ArrayList<>();
        disks.forEach(disk -> parts.add(disk.backup()));
        parts.add(source);
        parts.add(this::rollBack);
        parts.add(lock);
        parts.add(afterwards::run);
        Closing.all(parts);
    }

    private void rollBack() throws IOException {
        if (transaction.isCommitted()) {
            transaction.prune();
            return;
        }
        try {
            transaction.rollBack();
            LOG.info("{}: rolled back backup {}", description.domain(), description.checkpoint());
        } catch (LibvirtCallException e) {
            throw new DomainBackupException("domain " + description.domain() + ": backup " + description.checkpoint()
                    + " could not be rolled back now, the next backup does it (" + e.getMessage() + ")", e);
        }
    }
}
