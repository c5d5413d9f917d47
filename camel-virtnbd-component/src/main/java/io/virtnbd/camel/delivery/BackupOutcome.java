/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.engine.backup.RunningBackup;
import java.io.Closeable;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a backup counts: it is committed or rolled back, never both. What is decided first stays; one lock makes others wait.
 * Safe for use by several threads.
 */
final class BackupOutcome implements Closeable {

    private enum State { OPEN, COMMITTED, LOST }

    private static final Logger LOG = LoggerFactory.getLogger(BackupOutcome.class);

    private final RunningBackup backup;
    private final String name;
    private final DeliveryLog log;
    private final BackupReport report;
    private State state = State.OPEN;
    private boolean closed;
    private IncompleteBackupException failure;

    BackupOutcome(RunningBackup backup, String name, DeliveryLog log, BackupReport report) {
        this.backup = backup;
        this.name = name;
        this.log = log;
        this.report = report;
    }

    /**
     * Makes the backup count, once.
     *
     * @throws IncompleteBackupException if it cannot be made to count, or was given up before
     */
    void commit() throws IncompleteBackupException {
        synchronized (this) {
            if (state == State.COMMITTED) {
                return;
            }
            if (state == State.LOST) {
                throw log.failed("it had ended before all was delivered", null, false);
            }
            state = State.LOST;
            try {
                backup.commit();
            } catch (IOException | RuntimeException | Error e) {
                // Camel takes what a completion throws for nothing, an error too
                throw log.failed("all was delivered, but it could not be committed", e, false);
            }
            state = State.COMMITTED;
        }
        report.completed(log.streamBytes());
    }

    /**
     * From now on it cannot be committed any more.
     *
     * @return whether it was neither committed nor given up before
     */
    synchronized boolean giveUp() {
        boolean open = state == State.OPEN;
        if (open) {
            state = State.LOST;
        }
        return open;
    }

    /** Ends the backup, which rolls it back unless it was committed. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            giveUp();
            if (state == State.LOST) {
                failure = log.failure() != null ? log.failure()
                        : new IncompleteBackupException(name + " is incomplete: its last message was not delivered");
            }
            try {
                backup.close();
            } catch (IOException | RuntimeException e) {
                LOG.warn("{}: what it used could not be cleaned up now", name, e);
            }
        }
        if (failure() != null) {
            report.failed(failure());
        }
    }

    synchronized boolean isCommitted() {
        return state == State.COMMITTED;
    }

    /** Why it does not count; null as long as it is open, and where it counts. */
    synchronized IncompleteBackupException failure() {
        return failure;
    }
}
