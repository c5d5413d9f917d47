/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import io.virtnbd.libvirt.CheckpointDefinition;
import io.virtnbd.libvirt.DomainDisk;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LevelPlannerTest {

    private static final long SIZE = 4096;
    /** A full, an increment of vda alone, and an increment in which vdb was read as a whole. */
    private static final BackupRecord RECORD = new BackupRecord("p", 0, 5, false, Optional.of(new CommittedChain("p.0", "p.5",
            List.of(new ChainDisk("vda", "p.0", "p.5", SIZE), new ChainDisk("vdb", "p.2", "p.2", SIZE)))));

    private static SelectedDisk disk(String target) {
        return disk(target, "qcow2", false, SIZE);
    }

    private static SelectedDisk disk(String target, String format, boolean readOnly, long capacity) {
        return new SelectedDisk(new DomainDisk(target, "disk", "file", format, Optional.empty(), readOnly), capacity);
    }

    private static Map<String, CheckpointDefinition> checkpoints() {
        Map<String, CheckpointDefinition> checkpoints = new HashMap<>();
        checkpoints.put("p.0", new CheckpointDefinition("p.0", Optional.empty(), List.of("vda", "vdb")));
        checkpoints.put("p.2", new CheckpointDefinition("p.2", Optional.of("p.0"), List.of("vda", "vdb")));
        checkpoints.put("p.5", new CheckpointDefinition("p.5", Optional.of("p.2"), List.of("vda")));
        return checkpoints;
    }

    private static BackupPlan plan(RequestedLevel level, SelectedDisk... disks) throws DomainBackupException {
        return new LevelPlanner("web1", RECORD, checkpoints(), Arrays.asList(disks)).plan(level);
    }

    private static BackupPlan planWithout(String checkpoint, RequestedLevel level) throws DomainBackupException {
        Map<String, CheckpointDefinition> checkpoints = checkpoints();
        checkpoints.remove(checkpoint);
        return new LevelPlanner("web1", RECORD, checkpoints, List.of(disk("vda"), disk("vdb"))).plan(level);
    }

    @Test
    void withoutAChainAutoBeginsOneAndTheOthersSayWhatToDo() throws Exception {
        LevelPlanner planner = new LevelPlanner("web1", BackupRecord.initial("p", 0), Map.of(), List.of(disk("vda")));

        assertThat(planner.plan(RequestedLevel.AUTO).level()).isEqualTo(Level.FULL);
        assertThat(planner.plan(RequestedLevel.AUTO).reason()).contains("no committed full with the prefix p");
        for (RequestedLevel level : List.of(RequestedLevel.INC, RequestedLevel.DIFF)) {
            assertThatThrownBy(() -> planner.plan(level)).isInstanceOf(DomainBackupException.class)
                    .hasMessageContainingAll("web1", "level=" + level.name().toLowerCase(), "level=auto");
        }
    }

    @Test
    void withRawDisksOnlyEachBackupIsAFullThatSaysWhyOnce() throws Exception {
        SelectedDisk vda = disk("vda", "raw", false, SIZE);
        SelectedDisk vdb = disk("vdb", "raw", false, SIZE);
        for (BackupRecord record : List.of(BackupRecord.initial("p", 0), RECORD)) {
            LevelPlanner planner = new LevelPlanner("web1", record, checkpoints(), List.of(vda, vdb));
            BackupPlan plan = planner.plan(RequestedLevel.AUTO);

            assertThat(plan.level()).isEqualTo(Level.FULL);
            assertThat(plan.reason()).contains("disk vda is a raw image, whose changes cannot be tracked");
            assertThat(plan.disks().get(0).reason()).isEqualTo(plan.reason());
            assertThat(plan.disks().get(1).reason()).contains("disk vdb is a raw image");
            assertThatThrownBy(() -> planner.plan(RequestedLevel.INC)).isInstanceOf(DomainBackupException.class)
                    .hasMessageContainingAll("web1", "level=inc", "disk vda is a raw image", "level=full");
        }
    }

    @Test
    void aDiskWithAnotherImageIsReadWhole() throws Exception {
        BackupRecord record = new BackupRecord("p", 0, 5, false, Optional.of(new CommittedChain("p.0", "p.5",
                List.of(new ChainDisk("vda", "p.0", "p.5", SIZE, "/vm/old.qcow2")))));
        for (String image : List.of("/vm/old.qcow2", "/vm/new.qcow2")) {
            SelectedDisk disk = new SelectedDisk(
                    new DomainDisk("vda", "disk", "file", "qcow2", Optional.of(image), false), SIZE);

            PlannedDisk planned = new LevelPlanner("web1", record, checkpoints(), List.of(disk)).plan(RequestedLevel.INC)
                    .disks().get(0);

            boolean same = image.contains("old");
            assertThat(planned.covers()).isEqualTo(same ? Level.INC : Level.FULL);
            assertThat(planned.filed()).isEqualTo(Level.INC);
            assertThat(planned.since().isPresent()).isEqualTo(same);
            assertThat(planned.reason().contains("another image")).isEqualTo(!same);
        }
    }

    @ParameterizedTest
    @EnumSource(value = RequestedLevel.class, names = {"AUTO", "INC"})
    void eachDiskIsContinuedWhereItWasLastBackedUp(RequestedLevel level) throws Exception {
        BackupPlan plan = plan(level, disk("vda"), disk("vdb"));

        assertThat(plan.level()).isEqualTo(Level.INC);
        assertThat(plan.parent()).isEqualTo("p.5");
        assertThat(plan.disks()).extracting(PlannedDisk::since).containsExactly(Optional.of("p.5"), Optional.of("p.2"));
        assertThat(plan.disks()).extracting(PlannedDisk::parent).containsExactly("p.5", "p.2");
        assertThat(plan.tracked()).containsExactly("vda", "vdb");
        assertThat(plan.committed("p.6", Map.of("vda", SIZE, "vdb", SIZE), "")).contains(new CommittedChain("p.0", "p.6",
                List.of(new ChainDisk("vda", "p.0", "p.6", SIZE), new ChainDisk("vdb", "p.2", "p.6", SIZE))));
    }

    @Test
    void aDiskThatIsLeftOutKeepsItsPlaceInTheChain() throws Exception {
        CommittedChain committed = plan(RequestedLevel.INC, disk("vda")).committed("p.6", Map.of("vda", SIZE), "").orElseThrow();

        assertThat(committed.disk("vdb")).contains(new ChainDisk("vdb", "p.2", "p.2", SIZE));
        assertThat(committed.needed()).containsExactly("p.0", "p.2", "p.6");
    }

    @Test
    void aNewDiskGetsItsOwnFull() throws Exception {
        BackupPlan plan = plan(RequestedLevel.INC, disk("vda"), disk("vdc"));

        assertThat(plan.level()).isEqualTo(Level.INC);
        assertThat(plan.disks().get(1).filed()).isEqualTo(Level.FULL);
        assertThat(plan.disks().get(1).parent()).isEmpty();
        assertThat(plan.committed("p.6", Map.of("vda", SIZE, "vdc", 1L), "").orElseThrow().disk("vdc"))
                .contains(new ChainDisk("vdc", "p.6", "p.6", 1));
    }

    @Test
    void aDiskThatHasGrownIsReadAsAWholeAndFiledAsAnIncrement() throws Exception {
        PlannedDisk planned = plan(RequestedLevel.INC, disk("vda", "qcow2", false, SIZE + 512)).disks().get(0);

        assertThat(planned.filed()).isEqualTo(Level.INC);
        assertThat(planned.covers()).isEqualTo(Level.FULL);
        assertThat(planned.parent()).isEqualTo("p.5");
        assertThat(planned.since()).isEmpty();
        assertThat(planned.reason()).contains("resized from 4096 to 4608");
    }

    @Test
    void aDiskThatHasShrunkEndsTheChain() throws Exception {
        SelectedDisk shrunk = disk("vdb", "qcow2", false, SIZE - 512);

        assertThat(plan(RequestedLevel.AUTO, disk("vda"), shrunk).level()).isEqualTo(Level.FULL);
        assertThat(plan(RequestedLevel.AUTO, disk("vda"), shrunk).reason()).contains("vdb has shrunk");
        assertThatThrownBy(() -> plan(RequestedLevel.INC, shrunk, disk("vda"))).hasMessageContaining("vdb has shrunk");
        assertThatThrownBy(() -> plan(RequestedLevel.DIFF, shrunk, disk("vda"))).hasMessageContaining("vdb has shrunk");
    }

    @Test
    void withoutTheLastCheckpointTheChainEnds() throws Exception {
        assertThat(planWithout("p.5", RequestedLevel.AUTO).level()).isEqualTo(Level.FULL);
        assertThat(planWithout("p.5", RequestedLevel.AUTO).reason()).contains("p.5", "is missing");
        assertThatThrownBy(() -> planWithout("p.5", RequestedLevel.INC)).hasMessageContaining("p.5");
    }

    @Test
    void withoutItsOwnCheckpointADiskIsReadAsAWhole() throws Exception {
        BackupPlan plan = planWithout("p.2", RequestedLevel.INC);

        assertThat(plan.disks()).extracting(PlannedDisk::covers).containsExactly(Level.INC, Level.FULL);
        assertThat(plan.disks().get(1).parent()).isEqualTo("p.2");
    }

    @Test
    void aDiskWhoseChangesCannotBeTrackedIsReadAsAWholeEachTime() throws Exception {
        for (SelectedDisk untracked : List.of(disk("vdb", "raw", false, SIZE), disk("vdb", "qcow2", true, SIZE))) {
            BackupPlan plan = plan(RequestedLevel.AUTO, disk("vda"), untracked);
            assertThat(plan.disks().get(1).covers()).isEqualTo(Level.FULL);
            assertThat(plan.disks().get(1).reason()).contains("as a whole only");
            assertThat(plan.tracked()).containsExactly("vda");
            assertThat(plan(RequestedLevel.AUTO, untracked).level()).isEqualTo(Level.FULL);
            assertThat(plan(RequestedLevel.AUTO, untracked).tracked()).isEmpty();
            assertThatThrownBy(() -> plan(RequestedLevel.INC, untracked)).hasMessageContaining("as a whole only");
        }
    }

    @Test
    void aDifferentialBuildsOnTheLastStreamThatHasTheWholeDisk() throws Exception {
        BackupPlan plan = plan(RequestedLevel.DIFF, disk("vda"), disk("vdb"));

        assertThat(plan.level()).isEqualTo(Level.DIFF);
        assertThat(plan.disks()).extracting(PlannedDisk::since).containsExactly(Optional.of("p.0"), Optional.of("p.2"));
        assertThat(plan.tracked()).isEmpty();
        assertThat(plan.committed("p.6", Map.of(), "")).isEmpty();
        assertThatThrownBy(() -> plan(RequestedLevel.DIFF, disk("vda"), disk("vdc"))).hasMessageContaining("vdc is new");
    }

    @Test
    void aFullBeginsAChainOfTheDisksThatItHas() throws Exception {
        BackupPlan plan = plan(RequestedLevel.FULL, disk("vdb"));

        assertThat(plan.chain()).isEmpty();
        assertThat(plan.parent()).isEmpty();
        assertThat(plan.committed("p.6", Map.of("vdb", SIZE), "")).contains(
                new CommittedChain("p.6", "p.6", List.of(new ChainDisk("vdb", "p.6", "p.6", SIZE))));
    }

    @Test
    void aCopyChangesNothing() throws Exception {
        BackupPlan plan = plan(RequestedLevel.COPY, disk("vda"));

        assertThat(plan.level()).isEqualTo(Level.COPY);
        assertThat(plan.tracked()).isEmpty();
        assertThat(plan.committed("p.6", Map.of(), "")).isEmpty();
    }
}
