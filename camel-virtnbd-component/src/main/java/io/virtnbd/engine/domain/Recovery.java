/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.DomainDefinition;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cleans up after a program that ended in the middle of a backup: its job is ended, its checkpoint rolled back, and its guest
 * thawed. It is to be run under the domain's lock, which a program that lives would hold: what is found then is nobody's.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final Duration BEGIN = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 20;

    private final LibvirtDomain domain;
    private final DomainBackupOptions options;
    private final Duration begin;

    Recovery(LibvirtDomain domain, DomainBackupOptions options) {
        this(domain, options, BEGIN);
    }

    /** @param begin how long a job may take to begin */
    Recovery(LibvirtDomain domain, DomainBackupOptions options, Duration begin) {
        this.domain = domain;
        this.options = options;
        this.begin = begin;
    }

    /**
     * Cleans up.
     *
     * @return whether there was something
     * @throws DomainBusyException if a job is running that is not ours, or whose program may still live
     */
    boolean run() throws IOException {
        List<BackupRecord> records = new BackupRecords(domain).readAll();
        boolean found = endJob(records.stream().anyMatch(BackupRecord::pending));
        for (BackupRecord record : records) {
            found |= rollBack(record);
        }
        return found;
    }

    private boolean endJob(boolean pending) throws IOException {
        Optional<BackupJob> job = job(pending);
        if (job.isEmpty()) {
            return false;
        }
        if (!JobFiles.isOurs(job.get(), domain.uuid())) {
            throw new DomainBusyException("domain " + domain.name() + " is being backed up by another program: wait for its end,"
                    + " or end it with virsh domjobabort " + domain.name());
        }
        try (Closeable gone = new JobOwner(domain, job.get()).requireGone(LockDirectory.of(options))) {
            domain.abortJob();
        }
        LOG.warn("{}: ended a backup job that a program which is gone had left behind", domain.name());
        return true;
    }

    /**
     * The job, once the call that begins it is through: it goes on in the daemon when its caller is killed, and shows no job at
     * first, and then one without its socket.
     *
     * @param pending whether a backup may have begun
     */
    private Optional<BackupJob> job(boolean pending) throws IOException {
        long start = System.nanoTime();
        while (true) {
            Optional<BackupJob> job = domain.isActive() ? domain.backupJob() : Optional.empty();
            boolean settled = job.isPresent() ? !JobFiles.isOurs(job.get(), domain.uuid()) || JobOwner.serves(job.get())
                    : !pending || !domain.hasJob();
            if (settled || System.nanoTime() - start > begin.toNanos()) {
                return job;
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a job of domain " + domain.name() + " begins");
            }
        }
    }

    private boolean rollBack(BackupRecord record) throws IOException {
        CheckpointCleaner cleaner = new CheckpointCleaner(domain);
        boolean deleted = false;
        for (String checkpoint : domain.checkpoints()) {
            if (record.isOrphan(checkpoint)) {
                if (!domain.isActive()) {
                    LOG.info("{}: checkpoint {} of a backup that was not committed can only be deleted when the domain runs",
                            domain.name(), checkpoint);
                    continue;
                }
                deleted |= delete(cleaner, checkpoint);
            }
        }
        boolean left = record.pending() || record.frozen();
        if (left) {
            if (record.frozen()) {
                thaw();
            }
            if (record.pending() && options.server().isEmpty()) {
                new JobFiles(options.scratchDirectory(), domain.uuid(), record.current()).removeSocket();
            }
            new BackupRecords(domain).write(record.settled());
        }
        return deleted || left;
    }

    /** One that stays does no harm: what has changed since the last committed backup is known all the same. */
    private boolean delete(CheckpointCleaner cleaner, String checkpoint) throws LibvirtCallException {
        try {
            cleaner.delete(checkpoint);
            LOG.warn("{}: rolled back checkpoint {} of a backup that was not committed", domain.name(), checkpoint);
            return true;
        } catch (LibvirtCallException e) {
            if (e.kind() == LibvirtCallException.Kind.CONNECTION) {
                throw e;
            }
            LOG.warn("{}: checkpoint {} of a backup that was not committed cannot be deleted, the next backup tries again: {}",
                    domain.name(), checkpoint, e.getMessage());
            return false;
        }
    }

    /** The program may have ended between freeze and thaw, whatever is to be done about freezing from now on. */
    private void thaw() throws LibvirtCallException {
        if (!domain.isActive()) {
            return;
        }
        try {
            if (!DomainDefinition.parse(domain.xml()).agentConnected()) {
                warnOfFrozen("no guest agent is connected");
                return;
            }
            new GuestAgent(domain, options.freezeTimeout()).settle();
        } catch (LibvirtCallException e) {
            warnOfFrozen(e.getMessage());
        }
    }

    private void warnOfFrozen(String reason) {
        LOG.warn("{}: may have been left frozen by a backup that did not end well, and cannot be thawed now; thaw it with virsh"
                + " domfsthaw {} ({})", domain.name(), domain.name(), reason);
    }
}
