/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.qemu.QemuImage;
import io.virtnbd.libvirt.DomainDisk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OfflinePlannerTest {

    private static final long SIZE = 4096;
    private static final BackupRecord RECORD = new BackupRecord("p", 0, 5, false, Optional.of(new CommittedChain("p.0", "p.3",
            List.of(new ChainDisk("vda", "p.0", "p.3", SIZE), new ChainDisk("vdb", "p.3", "p.3", SIZE)))));

    private final Map<DomainDisk, QemuImage> images = new LinkedHashMap<>();
    private BackupRecord record = RECORD;

    private OfflinePlannerTest disk(String target, String format, QemuImage image) {
        images.put(new DomainDisk(target, "disk", "file", format, Optional.of("/images/" + target), false), image);
        return this;
    }

    private static QemuImage image(long size, String... bitmaps) {
        return new QemuImage(size, Set.of(bitmaps), Set.of(), Set.of());
    }

    private BackupPlan plan(RequestedLevel level) throws DomainBackupException {
        return new OfflinePlanner("web1", record, images).plan(level);
    }

    private void assertCopyBecause(String reason) throws Exception {
        assertThat(plan(RequestedLevel.AUTO).level()).isEqualTo(Level.COPY);
        assertThat(plan(RequestedLevel.AUTO).reason()).contains("is off", reason);
        for (RequestedLevel level : List.of(RequestedLevel.INC, RequestedLevel.DIFF)) {
            assertThatThrownBy(() -> plan(level)).isInstanceOf(DomainBackupException.class)
                    .hasMessageContainingAll("web1", "is off", reason, "level=copy");
        }
    }

    @ParameterizedTest
    @EnumSource(value = RequestedLevel.class, names = {"AUTO", "INC"})
    void changesSinceTheLastBackupAreADifferentialOnIt(RequestedLevel level) throws Exception {
        BackupPlan plan = disk("vda", "qcow2", image(SIZE, "p.0", "p.3")).plan(level);

        assertThat(plan.level()).isEqualTo(Level.DIFF);
        assertThat(plan.disks().get(0).filed()).isEqualTo(Level.DIFF);
        assertThat(plan.disks().get(0).since()).contains("p.3");
        assertThat(plan.parent()).isEqualTo("p.3");
        assertThat(plan.tracked()).isEmpty();
        assertThat(plan.committed("p.6", Map.of(), "")).isEmpty();
    }

    @Test
    void aDifferentialIsPossibleWhereTheLastBackupIsTheFullOfAllDisks() throws Exception {
        assertThat(disk("vdb", "qcow2", image(SIZE, "p.3")).plan(RequestedLevel.DIFF).parent()).isEqualTo("p.3");

        assertThatThrownBy(() -> disk("vda", "qcow2", image(SIZE, "p.0", "p.3")).plan(RequestedLevel.DIFF))
                .isInstanceOf(DomainBackupException.class).hasMessageContaining("increments since the full p.0 of disk vda");
    }

    @Test
    void onlyARunningDomainCanBeginAChain() throws Exception {
        assertThatThrownBy(() -> disk("vda", "qcow2", image(SIZE)).plan(RequestedLevel.FULL))
                .isInstanceOf(DomainBackupException.class).hasMessageContaining("level=copy");
        assertThat(plan(RequestedLevel.COPY).level()).isEqualTo(Level.COPY);
    }

    @Test
    void withoutAChainItIsACopy() throws Exception {
        record = BackupRecord.initial("p", 0);

        disk("vda", "qcow2", image(SIZE)).assertCopyBecause("no committed full with the prefix p");
    }

    @Test
    void aNewDiskMakesItACopy() throws Exception {
        disk("vda", "qcow2", image(SIZE, "p.3")).disk("vdc", "qcow2", image(SIZE)).assertCopyBecause("vdc is new");
    }

    @Test
    void aBitmapThatIsMissingMakesItACopy() throws Exception {
        disk("vda", "qcow2", image(SIZE, "p.0")).assertCopyBecause("bitmap p.3 of disk vda is missing");
    }

    @Test
    void aBitmapThatIsBrokenMakesItACopy() throws Exception {
        disk("vda", "qcow2", new QemuImage(SIZE, Set.of("p.0"), Set.of("p.3"), Set.of())).assertCopyBecause("is broken");
    }

    @Test
    void aSnapshotSinceTheLastBackupMakesItACopy() throws Exception {
        disk("vda", "qcow2", new QemuImage(SIZE, Set.of("p.3"), Set.of(), Set.of("p.3"))).assertCopyBecause("snapshot");
    }

    @Test
    void aDiskThatHasShrunkMakesItACopy() throws Exception {
        disk("vda", "qcow2", image(SIZE - 512, "p.3")).assertCopyBecause("vda has shrunk");
    }

    @Test
    void disksWhoseChangesCannotBeTrackedMakeItACopy() throws Exception {
        disk("vda", "raw", image(SIZE)).assertCopyBecause("disk vda is a raw image, whose changes cannot be tracked");
    }

    @Test
    void aDiskThatHasGrownAndOneThatCannotBeTrackedAreReadAsAWhole() throws Exception {
        BackupPlan plan = disk("vda", "qcow2", image(SIZE + 512, "p.3")).disk("vdb", "raw", image(SIZE))
                .plan(RequestedLevel.INC);

        assertThat(plan.disks()).extracting(PlannedDisk::covers).containsOnly(Level.FULL);
        assertThat(plan.disks()).extracting(PlannedDisk::filed).containsOnly(Level.DIFF);
        assertThat(plan.disks()).extracting(PlannedDisk::parent).containsOnly("p.3");
    }
}
