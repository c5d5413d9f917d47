/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a backup changes for good: the record in the domain's metadata, and its checkpoint. Between {@link #begin} and the end
 * the record says that the backup is pending, so that a program that finds it knows what to clean up. Not safe for use by several
 * threads.
 */
final class BackupTransaction {

    private final LibvirtDomain domain;
    private final BackupRecords records;
    private final BackupPlan plan;
    private final BackupRecord before;
    private final BackupRecord reserved;
    /** Null until it is committed. */
    private BackupRecord committed;
    /** Whether the guest is left to be thawed. */
    private boolean frozen;

    private BackupTransaction(LibvirtDomain domain, BackupRecords records, BackupPlan plan, BackupRecord before,
            boolean freezes) {
        this.domain = domain;
        this.records = records;
        this.plan = plan;
        this.before = before;
        BackupRecord numbered = before.reserved(freezes);
        this.reserved = plan.level() == Level.DIFF ? numbered.differentialAt(Instant.now().getEpochSecond()) : numbered;
    }

    /**
     * Gives the backup its number, and a differential the time in its files' names, for good.
     *
     * @param record  as it is
     * @param freezes whether the guest is going to be frozen
     */
    static BackupTransaction begin(LibvirtDomain domain, BackupRecords records, BackupPlan plan, BackupRecord record,
            boolean freezes) throws IOException {
        BackupTransaction transaction = new BackupTransaction(domain, records, plan, record, freezes);
        records.write(transaction.reserved);
        return transaction;
    }

    /** The same for a guest that is left alone. */
    static BackupTransaction begin(LibvirtDomain domain, BackupRecords records, BackupPlan plan, BackupRecord record)
            throws IOException {
        return begin(domain, records, plan, record, false);
    }

    /** Has it recorded, when the backup is made undone, that the next one is to thaw the guest. */
    void leaveFrozen() {
        frozen = true;
    }

    /** The checkpoint of the backup, which it makes where its changes can be tracked, and stands for elsewhere. */
    String checkpoint() {
        return reserved.current();
    }

    /** The time in the names of a differential's streams, in seconds since 1970 UTC, which no other one of the chain has. */
    long epochSeconds() {
        return reserved.differential();
    }

    boolean isCommitted() {
        return committed != null;
    }

    /**
     * Makes the backup count. Calling it again does nothing.
     *
     * @param request that it carries out, which is recorded in the same write; empty where that has no id
     * @throws IOException if the record could not be written; it then says what it said before
     */
    void commit(List<BackedUpDisk> disks, Optional<CommittedRequest> request) throws IOException {
        if (committed != null) {
            return;
        }
        Map<String, Long> capacities = new HashMap<>();
        disks.forEach(disk -> capacities.put(disk.fileName().disk(), disk.backup().metadata().virtualSize()));
        String chainId = disks.stream().map(disk -> disk.backup().metadata().chainId()).findFirst().orElse("");
        BackupRecord ended = plan.committed(checkpoint(), capacities, chainId).map(reserved::committed)
                .orElse(reserved.settled());
        BackupRecord record = request.map(ended::carriedOut).orElse(ended);
        BackupRecord found = records.find(reserved.prefix()).orElse(null);
        if (!reserved.equals(found) && !record.equals(found)) {
            throw new DomainBackupException("domain " + domain.name() + ": backup " + checkpoint() + " cannot be committed,"
                    + " because the record in the domain's metadata was changed since it began; expected " + reserved
                    + ", found " + found);
        }
        write(record);
        committed = record;
    }

    private void write(BackupRecord record) throws IOException {
        try {
            records.write(record);
        } catch (LibvirtCallException e) {
            // the connection can be lost between the write and its answer
            if (!isWritten(record, e)) {
                throw e;
            }
        }
    }

    private boolean isWritten(BackupRecord record, LibvirtCallException failure) {
        try {
            return records.find(record.prefix()).equals(Optional.of(record));
        } catch (IOException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /** Deletes the checkpoints that no later backup needs, once it is committed. */
    void prune() {
        new CheckpointCleaner(domain).prune(committed);
    }

    /**
     * Makes the backup undone. The record comes first: a commit that failed may have been written nevertheless, and a committed
     * backup must not lose its checkpoint.
     *
     * @throws LibvirtCallException if that is not possible now; the next backup finds the checkpoint by the record
     */
    void rollBack() throws IOException {
        Optional<BackupRecord> found = records.find(reserved.prefix());
        if (found.isEmpty() || found.get().highest() == reserved.highest()) {
            records.write(ended(reserved.settled()));
        }
        if (!plan.tracked().isEmpty()) {
            new CheckpointCleaner(domain).delete(checkpoint());
        }
    }

    /** Gives the number back, where somebody else has made a checkpoint with it, which is to stay. */
    void withdraw() throws IOException {
        records.write(ended(before));
    }

    private BackupRecord ended(BackupRecord record) {
        return frozen ? record.leftFrozen() : record;
    }
}
