/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.libvirt.CheckpointDefinition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories of a domain and its backups: whatever was committed restores to what the disks were. */
class ChainSimulationTest {

    private final Map<String, BackupRecord> records = new HashMap<>();
    private final Map<String, SimulatedSet> sets = new HashMap<>();
    private final Set<String> numbers = new HashSet<>();
    /** The requests that were carried out for each prefix, with the checkpoints that they made. */
    private final Map<String, LinkedHashMap<String, String>> carriedOut = new HashMap<>();
    private int repeated;
    private final Map<Level, Integer> made = new HashMap<>();
    private Random random;
    private SimulatedDomain domain;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whatWasCommittedCanBeRestored(long seed) {
        random = new Random(seed);
        for (int history = 0; history < 100; history++) {
            domain = new SimulatedDomain(random);
            records.clear();
            sets.clear();
            numbers.clear();
            carriedOut.clear();
            for (int second = 0; second < 100; second++) {
                domain.live();
                backUp(random.nextInt(3) == 0 ? "weekly" : "virtnbd", second);
            }
        }
        assertThat(made.keySet()).containsExactlyInAnyOrder(Level.values());
        assertThat(made.get(Level.INC)).isGreaterThan(500);
        assertThat(repeated).isGreaterThan(500);
    }

    private void backUp(String prefix, long second) {
        RequestedLevel requested = random.nextBoolean() ? RequestedLevel.AUTO
                : RequestedLevel.values()[random.nextInt(RequestedLevel.values().length)];
        BackupRecord record = records.getOrDefault(prefix, BackupRecord.initial(prefix, 0));
        String id = "r" + random.nextInt(90);
        LinkedHashMap<String, String> known = carriedOut.computeIfAbsent(prefix, unused -> new LinkedHashMap<>());
        assertThat(record.requests()).extracting(CommittedRequest::id).containsExactlyElementsOf(known.keySet());
        assertThat(record.request(id).map(CommittedRequest::checkpoint)).isEqualTo(Optional.ofNullable(known.get(id)));
        if (known.containsKey(id)) {
            repeated++;
            return;
        }
        boolean off = random.nextInt(6) == 0;
        BackupPlan plan;
        try {
            plan = off ? new OfflinePlanner("web1", record, SimulatedDomain.images(domain.select())).plan(requested)
                    : online(record, requested);
        } catch (DomainBackupException e) {
            assertThat(requested).as(e.getMessage()).isNotEqualTo(RequestedLevel.AUTO);
            return;
        }
        if (plan == null) {
            return;
        }
        BackupRecord reserved = record.reserved();
        String checkpoint = reserved.current();
        assertThat(numbers.add(checkpoint)).as(checkpoint).isTrue();
        records.put(prefix, reserved);
        if (!plan.tracked().isEmpty()) {
            domain.make(checkpoint, plan.tracked());
        }
        if (random.nextInt(4) == 0) {
            records.put(prefix, reserved.settled());
            domain.delete(checkpoint);
            return;
        }
        made.merge(plan.level(), 1, Integer::sum);
        SimulatedSet set = plan.level().isBase() ? new SimulatedSet() : sets.get(prefix);
        set.deliver(plan, checkpoint, domain.disks, second);
        if (plan.level() == Level.FULL) {
            sets.put(prefix, set);
        }
        Map<String, Long> capacities = new HashMap<>();
        domain.disks.forEach((target, disk) -> capacities.put(target, (long) disk.blocks.size()));
        BackupRecord committed = plan.committed(checkpoint, capacities, "").map(reserved::committed).orElse(reserved.settled());
        BackupDescription description = plan.describe("web1", checkpoint, "then", Optional.empty(), Optional.of(id));
        committed = CommittedRequest.of(description).map(committed::carriedOut).orElseThrow();
        known.put(id, checkpoint);
        records.put(prefix, committed);
        if (!off && random.nextInt(3) > 0) {
            prune(committed);
        }
    }

    /** Null where libvirt would refuse the job, because a bitmap is missing, and there is no other plan. */
    private BackupPlan online(BackupRecord record, RequestedLevel requested) throws DomainBackupException {
        List<SelectedDisk> selected = domain.select().stream()
                .map(disk -> new SelectedDisk(disk.definition, disk.blocks.size())).toList();
        Map<String, CheckpointDefinition> known = new HashMap<>(domain.checkpoints);
        known.keySet().retainAll(record.chain().map(CommittedChain::needed).orElse(Set.of()));
        LevelPlanner planner = new LevelPlanner("web1", record, known, selected);
        BackupPlan plan = planner.plan(requested);
        boolean broken = plan.disks().stream().anyMatch(disk -> disk.since().isPresent()
                && !domain.disks.get(disk.target()).bitmaps.containsKey(disk.since().get()));
        if (!broken) {
            return plan;
        }
        return requested == RequestedLevel.AUTO ? planner.full("the chain is broken") : null;
    }

    private void prune(BackupRecord record) {
        Set<String> needed = record.chain().map(CommittedChain::needed).orElse(Set.of());
        for (String checkpoint : List.copyOf(domain.checkpoints.keySet())) {
            if (record.owns(checkpoint) && !needed.contains(checkpoint)) {
                domain.delete(checkpoint);
            }
        }
    }
}
