/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.Closing;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.BackupDate;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.libvirt.CheckpointDefinition;
import io.virtnbd.libvirt.DomainDefinition;
import io.virtnbd.libvirt.DomainDisk;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins the backup of a domain that is running. Used once, under the domain's lock. */
final class OnlineStart {

    private static final Logger LOG = LoggerFactory.getLogger(OnlineStart.class);

    /** Bitmaps of checkpoints that are forgotten can be in the way of that many names. */
    private static final int MAX_NUMBERS = 1000;

    private final LibvirtDomain domain;
    private final DomainBackupOptions options;
    private final BackupRecords records;
    private final DomainDefinition definition;
    private final List<SelectedDisk> selected = new ArrayList<>();

    OnlineStart(LibvirtDomain domain, DomainBackupOptions options) throws IOException {
        this.domain = domain;
        this.options = options;
        this.records = new BackupRecords(domain);
        this.definition = DomainDefinition.parse(domain.xml());
        DomainNames.check(domain.name(), options.checkpointPrefix());
        for (DomainDisk disk : DiskSelection.select(definition, options.disks(), options.excludedDisks())) {
            selected.add(new SelectedDisk(disk, domain.capacity(disk.target())));
        }
    }

    /** @param lock is passed to the backup; still the caller's if this fails */
    DomainBackup begin(DomainLock lock, Runnable afterwards) throws IOException {
        requireNoJob();
        BackupPlan plan = planner().plan(options.level());
        GuestFreeze freeze = new GuestFreeze(domain, options.freeze(), options.freezeTimeout());
        freeze.prepare(definition.agentConnected());
        for (int tries = 1;; tries++) {
            BackupTransaction transaction = BackupTransaction.begin(domain, records, plan, records.read(prefix()),
                    freeze.freezes());
            PullJob job = null;
            try {
                job = new PullJob(domain, plan, options, transaction.checkpoint());
                return begin(plan, freeze, transaction, job, lock, afterwards);
            } catch (Throwable e) {
                if (freeze.hasLeftFrozen()) {
                    transaction.leaveFrozen();
                }
                Closing.after(e, job, isNameTaken(e) ? transaction::withdraw : transaction::rollBack);
                plan = next(plan, e, tries);
            }
        }
    }

    /** Looked for first, so that nobody who waits for the end of a job freezes the guest again and again. */
    private void requireNoJob() throws IOException {
        if (domain.hasJob()) {
            throw new DomainBusyException("domain " + domain.name() + " has another job, such as a migration; a backup can"
                    + " begin when it has ended");
        }
    }

    /** Whether somebody else has made a checkpoint of the name that this backup was to have. */
    private static boolean isNameTaken(Throwable failure) {
        return failure instanceof LibvirtCallException e && e.kind() == LibvirtCallException.Kind.CHECKPOINT_EXISTS;
    }

    private String prefix() {
        return options.checkpointPrefix();
    }

    private LevelPlanner planner() throws IOException {
        BackupRecord record = records.read(prefix());
        Map<String, CheckpointDefinition> checkpoints = new HashMap<>();
        List<String> known = domain.checkpoints();
        for (String needed : record.chain().map(CommittedChain::needed).orElse(Set.of())) {
            if (known.contains(needed)) {
                checkpoints.put(needed, CheckpointDefinition.parse(domain.checkpointXml(needed)));
            }
        }
        return new LevelPlanner(domain.name(), record, checkpoints, selected);
    }

    /**
     * What to try after a failure.
     *
     * @throws IOException the failure, where nothing is left to try
     */
    private BackupPlan next(BackupPlan plan, Throwable failure, int tries) throws IOException {
        if (failure instanceof LibvirtCallException e) {
            switch (e.kind()) {
                case BITMAP_EXISTS -> {
                    if (tries < MAX_NUMBERS) {
                        LOG.debug("{}: an image has a bitmap of that name already, trying the next: {}", domain.name(),
                                e.getMessage());
                        return plan;
                    }
                }
                case CHECKPOINT_EXISTS -> {
                    if (tries < MAX_NUMBERS) {
                        return planner().plan(options.level());
                    }
                }
                case CHECKPOINT_INCONSISTENT -> {
                    if (options.level() == RequestedLevel.AUTO && plan.chain().isPresent()) {
                        return planner().full("the chain since " + plan.parent() + " cannot be continued: " + e.getMessage());
                    }
                    throw new DomainBackupException("domain " + domain.name() + " cannot be backed up with level="
                            + plan.level().label() + ": " + e.getMessage() + "; use level=auto or level=full, which begin a new"
                            + " chain", e);
                }
                case JOB_RUNNING -> throw new DomainBusyException("domain " + domain.name() + " has another job: "
                        + e.getMessage(), e);
                default -> { }
            }
        }
        if (failure instanceof IOException known) {
            throw known;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    private DomainBackup begin(BackupPlan plan, GuestFreeze freeze, BackupTransaction transaction, PullJob job,
            DomainLock lock, Runnable afterwards) throws IOException {
        String checkpoint = transaction.checkpoint();
        String date = BackupDate.now();
        Optional<Duration> frozen = freeze.during(() -> job.begin(checkpoint));
        SideFiles sideFiles = new SideFiles(domain.name(), checkpoint, options.server().isEmpty());
        sideFiles.domainXml(domain.inactiveXml(options.includeSecrets()));
        if (!plan.tracked().isEmpty()) {
            sideFiles.checkpointXml(domain.checkpointXml(checkpoint));
        }
        for (PlannedDisk disk : plan.disks()) {
            sideFiles.imageInfo(disk.disk());
        }
        sideFiles.bootFiles(definition);
        BackupDescription description = plan.describe(domain.name(), checkpoint, date, frozen, options.requestId());
        List<BackedUpDisk> disks = DiskOpener.openAll(plan, description, transaction.epochSeconds(), options.reading(),
                job::uri, job::bitmap);
        return new DomainBackup(description, disks, sideFiles.list(), transaction, job, lock, afterwards);
    }
}
