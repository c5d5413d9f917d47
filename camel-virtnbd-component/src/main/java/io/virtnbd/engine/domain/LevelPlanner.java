/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.Level;
import io.virtnbd.libvirt.CheckpointDefinition;
import io.virtnbd.libvirt.DomainDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what a backup of a running domain will be, from what was committed and what checkpoints there are. It does nothing
 * and asks nobody. Whether the bitmaps are usable shows when the job begins.
 */
final class LevelPlanner {

    private final String domain;
    private final BackupRecord record;
    private final Map<String, CheckpointDefinition> checkpoints;
    private final List<SelectedDisk> disks;

    /** @param checkpoints those that libvirt knows, by their names */
    LevelPlanner(String domain, BackupRecord record, Map<String, CheckpointDefinition> checkpoints, List<SelectedDisk> disks) {
        this.domain = domain;
        this.record = record;
        this.checkpoints = checkpoints;
        this.disks = disks;
    }

    /** @throws DomainBackupException if the level that was asked for is not possible */
    BackupPlan plan(RequestedLevel requested) throws DomainBackupException {
        return switch (requested) {
            case COPY -> base(Level.COPY, "a copy was asked for");
            case FULL -> full("a full was asked for");
            case DIFF -> differential();
            case INC -> {
                Optional<String> obstacle = obstacle();
                if (obstacle.isPresent()) {
                    throw new DomainBackupException("domain " + domain + " cannot be backed up with level=inc: "
                            + obstacle.get() + "; use level=auto or level=full, which begin a new chain");
                }
                yield increment("an increment was asked for");
            }
            case AUTO -> {
                Optional<String> obstacle = obstacle();
                yield obstacle.isPresent() ? full(obstacle.get())
                        : increment("the chain can be continued since " + record.chain().orElseThrow().last());
            }
        };
    }

    /** The start of a new chain. */
    BackupPlan full(String reason) {
        return base(Level.FULL, reason);
    }

    private BackupPlan base(Level level, String reason) {
        return new BackupPlan(level, reason, Optional.empty(), disks.stream().map(SelectedDisk::disk)
                .map(disk -> PlannedDisk.base(disk, level, level == Level.COPY ? reason : reason(disk, reason))).toList());
    }

    private static String reason(DomainDisk disk, String reason) {
        String untracked = PlannedDisk.whyUntracked(disk);
        return disk.tracksChanges() || reason.equals(untracked) ? reason : reason + "; " + untracked;
    }

    /** Why the chain cannot be continued; empty if it can. */
    private Optional<String> obstacle() {
        if (disks.stream().noneMatch(selected -> selected.disk().tracksChanges())) {
            return Optional.of(PlannedDisk.whyUntracked(disks.get(0).disk()));
        }
        if (record.chain().isEmpty()) {
            return Optional.of("there is no committed full with the prefix " + record.prefix());
        }
        CommittedChain chain = record.chain().get();
        if (!checkpoints.containsKey(chain.last())) {
            return Optional.of("the checkpoint " + chain.last() + " of the last committed backup is missing");
        }
        for (SelectedDisk selected : disks) {
            Optional<ChainDisk> known = chain.disk(selected.target());
            if (known.isPresent() && selected.capacity() < known.get().capacity()) {
                return Optional.of("disk " + selected.target() + " has shrunk from " + known.get().capacity() + " to "
                        + selected.capacity() + " bytes");
            }
        }
        return Optional.empty();
    }

    private BackupPlan increment(String reason) {
        CommittedChain chain = record.chain().orElseThrow();
        List<PlannedDisk> planned = new ArrayList<>();
        for (SelectedDisk selected : disks) {
            Optional<ChainDisk> known = chain.disk(selected.target());
            if (known.isEmpty()) {
                planned.add(PlannedDisk.base(selected.disk(), Level.FULL,
                        "disk " + selected.target() + " is new in the chain"));
                continue;
            }
            String last = known.get().last();
            planned.add(PlannedDisk.onParent(selected.disk(), Level.INC, last, whyWhole(selected, known.get(), last), reason));
        }
        return new BackupPlan(Level.INC, reason, Optional.of(chain), planned);
    }

    /** Why a disk of the chain has to be read as a whole; empty if its changes since that checkpoint are known. */
    private Optional<String> whyWhole(SelectedDisk selected, ChainDisk known, String since) {
        Optional<String> whole = known.whyWhole(selected.disk(), selected.capacity());
        if (whole.isPresent()) {
            return whole;
        }
        CheckpointDefinition checkpoint = checkpoints.get(since);
        if (checkpoint == null || !checkpoint.disks().contains(selected.target())) {
            return Optional.of("disk " + selected.target() + " has no part in a checkpoint " + since + " any more");
        }
        return Optional.empty();
    }

    private BackupPlan differential() throws DomainBackupException {
        CommittedChain chain = record.chain().orElseThrow(() -> new DomainBackupException("domain " + domain
                + " cannot be backed up with level=diff: there is no committed full with the prefix " + record.prefix()
                + " to build on; begin a chain with level=auto or level=full"));
        List<PlannedDisk> planned = new ArrayList<>();
        for (SelectedDisk selected : disks) {
            ChainDisk known = chain.disk(selected.target()).orElseThrow(() -> new DomainBackupException("domain " + domain
                    + " cannot be backed up with level=diff: disk " + selected.target()
                    + " is new in the chain and has no full; use level=auto or level=inc, which make one for it"));
            if (selected.capacity() < known.capacity()) {
                throw new DomainBackupException("domain " + domain + " cannot be backed up with level=diff: disk "
                        + selected.target() + " has shrunk from " + known.capacity() + " to " + selected.capacity()
                        + " bytes; begin a new chain with level=full");
            }
            planned.add(PlannedDisk.onParent(selected.disk(), Level.DIFF, known.base(),
                    whyWhole(selected, known, known.base()), "a differential was asked for"));
        }
        return new BackupPlan(Level.DIFF, "a differential was asked for", Optional.of(chain), planned);
    }
}
