/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a backup changes for good: the record in the domain's metadata, and its checkpoint. Between {@link #begin} and the end
 * the record says that the backup is pending, so that a program that finds it knows what to clean up. Not safe for use by several
 * threads.
 */
final class BackupTransaction {

    private final LibvirtDomain domain;
    private final BackupRecords records;
    private final BackupPlan plan;
    private final BackupRecord reserved;
    /** Null until it is committed. */
    private BackupRecord committed;

    private BackupTransaction(LibvirtDomain domain, BackupRecords records, BackupPlan plan, BackupRecord reserved) {
        this.domain = domain;
        this.records = records;
        this.plan = plan;
        this.reserved = reserved;
    }

    /**
     * Gives the backup its number, for good.
     *
     * @param record as it is
     */
    static BackupTransaction begin(LibvirtDomain domain, BackupRecords records, BackupPlan plan, BackupRecord record)
            throws IOException {
        BackupRecord reserved = record.reserved();
        records.write(reserved);
        return new BackupTransaction(domain, records, plan, reserved);
    }

    /** The checkpoint of the backup, which it makes where its changes can be tracked, and stands for elsewhere. */
    String checkpoint() {
        return reserved.current();
    }

    boolean isCommitted() {
        return committed != null;
    }

    /**
     * Makes the backup count. Calling it again does nothing.
     *
     * @throws IOException if the record could not be written; it then says what it said before
     */
    void commit(List<BackedUpDisk> disks) throws IOException {
        if (committed != null) {
            return;
        }
        Map<String, Long> capacities = new HashMap<>();
        disks.forEach(disk -> capacities.put(disk.fileName().disk(), disk.backup().metadata().virtualSize()));
        BackupRecord record = plan.committed(checkpoint(), capacities).map(reserved::committed).orElse(reserved.settled());
        try {
            records.write(record);
        } catch (LibvirtCallException e) {
            // the connection can be lost between the write and its answer
            if (!records.read(reserved.prefix()).equals(record)) {
                throw e;
            }
        }
        committed = record;
    }

    /** Deletes the checkpoints that no later backup needs, once it is committed. */
    void prune() {
        new CheckpointCleaner(domain).prune(committed);
    }

    /**
     * Makes the backup undone.
     *
     * @throws LibvirtCallException if that is not possible now; the record then still says that the backup is pending
     */
    void rollBack() throws IOException {
        if (!plan.tracked().isEmpty()) {
            new CheckpointCleaner(domain).delete(checkpoint());
        }
        records.write(reserved.settled());
    }
}
