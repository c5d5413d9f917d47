/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.BackupDescription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a backup will be.
 *
 * @param level  of the backup; single disks can differ
 * @param reason why, in words for people
 * @param chain  that it continues; empty where it begins one of its own
 * @param disks  at least one, in the order of the domain's definition
 */
record BackupPlan(Level level, String reason, Optional<CommittedChain> chain, List<PlannedDisk> disks) {

    BackupPlan {
        disks = List.copyOf(disks);
    }

    /** The checkpoint that the backup builds on; empty for a full and a copy. */
    String parent() {
        if (level.isBase()) {
            return "";
        }
        return level == Level.DIFF ? disks.get(0).parent() : chain.orElseThrow().last();
    }

    /**
     * The backup in words and names.
     *
     * @param frozen    how long the guest was frozen; empty if it was not
     * @param requestId of the request that asks for it; empty where it has none
     */
    BackupDescription describe(String domain, String checkpoint, String date, Optional<Duration> frozen,
            Optional<String> requestId) {
        return new BackupDescription(domain, level, reason, checkpoint, parent(),
                chain.map(CommittedChain::full).orElse(checkpoint), date, frozen, requestId);
    }

    /** Targets of the disks whose changes are tracked from this backup on. */
    List<String> tracked() {
        boolean makesCheckpoint = level == Level.FULL || level == Level.INC;
        return disks.stream().map(PlannedDisk::disk).filter(disk -> makesCheckpoint && disk.tracksChanges())
                .map(disk -> disk.target()).toList();
    }

    /**
     * What is left for others to build on once this backup is committed.
     *
     * @param checkpoint of this backup
     * @param capacities sizes of the disks in bytes, by their targets
     * @param chainId    that the streams of this backup bear
     * @return empty where nothing changes: after a differential and a copy
     */
    Optional<CommittedChain> committed(String checkpoint, Map<String, Long> capacities, String chainId) {
        if (level != Level.FULL && level != Level.INC) {
            return Optional.empty();
        }
        List<ChainDisk> known = new ArrayList<>();
        for (PlannedDisk planned : disks) {
            String base = planned.covers() == Level.FULL ? checkpoint
                    : chain.orElseThrow().disk(planned.target()).orElseThrow().base();
            known.add(new ChainDisk(planned.target(), base, checkpoint, capacities.get(planned.target()),
                    planned.disk().path().orElse("")));
        }
        if (level == Level.INC) {
            chain.orElseThrow().disks().stream()
                    .filter(old -> known.stream().noneMatch(disk -> disk.target().equals(old.target())))
                    .forEach(known::add);
        }
        return Optional.of(new CommittedChain(level == Level.FULL ? checkpoint : chain.orElseThrow().full(), checkpoint, known,
                chainId));
    }
}
