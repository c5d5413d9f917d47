/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.backup.SideFile;
import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.BackupJobDisk;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnlineBackupTest {

    @TempDir
    private Path directory;
    private FakeFixture fixture;
    private FakeDomain domain;

    @BeforeEach
    void makeFixture() {
        fixture = new FakeFixture(directory);
        domain = fixture.domain;
    }

    @AfterEach
    void close() {
        fixture.backups.close();
        if (domain.job != null) {
            domain.job.close();
        }
    }

    @Test
    void aFullIsTheStartOfAChain() throws Exception {
        domain.disks.put("vdc", new FakeDomain.FakeDisk("raw", 1 << 20));
        try (RunningBackup backup = fixture.begin(RequestedLevel.AUTO)) {
            assertThat(backup.description().level()).isEqualTo(Level.FULL);
            assertThat(backup.description().checkpoint()).isEqualTo("virtnbd.0");
            assertThat(backup.description().chain()).isEqualTo("virtnbd.0");
            assertThat(backup.description().parentCheckpoint()).isEmpty();
            assertThat(backup.disks()).extracting(disk -> disk.fileName().text())
                    .containsExactly("vda.full.data", "vdb.full.data", "vdc.full.data");
            assertThat(backup.disks().get(2).reason()).contains("raw image");
            assertThat(backup.sideFiles()).extracting(SideFile::name)
                    .containsExactly("vmconfig.virtnbd.0.xml", "checkpoints/virtnbd.0.xml");
            assertThat(domain.checkpoints.get("virtnbd.0").disks()).containsExactly("vda", "vdb");
            FakeFixture.deliver(backup);
            backup.commit();
            backup.commit();
        }

        CommittedChain chain = domain.record().chain().orElseThrow();
        assertThat(chain.id()).isNotEmpty();
        assertThat(chain).isEqualTo(new CommittedChain("virtnbd.0", "virtnbd.0",
                List.of(new ChainDisk("vda", "virtnbd.0", "virtnbd.0", 1 << 20),
                        new ChainDisk("vdb", "virtnbd.0", "virtnbd.0", 2 << 20),
                        new ChainDisk("vdc", "virtnbd.0", "virtnbd.0", 1 << 20)), chain.id()));
        fixture.assertNothingIsLeft();
    }

    @Test
    void aBackupThatIsNotCommittedNeverWas() throws Exception {
        RunningBackup backup = fixture.begin(RequestedLevel.FULL);
        FakeFixture.deliver(backup);

        backup.close();
        backup.close();

        assertThat(domain.checkpoints).isEmpty();
        assertThat(domain.record().chain()).isEmpty();
        assertThatThrownBy(backup::commit).isInstanceOf(DomainBackupException.class).hasMessageContaining("rolled back");
        assertThatThrownBy(() -> FakeFixture.deliver(backup)).hasMessageContaining("closed");
        fixture.assertNothingIsLeft();
    }

    /** Nothing but the second tells their files apart, and the other program may have been killed within this one. */
    @Test
    void aDifferentialHasFilesOfItsOwnWhicheverProgramHasMadeTheLastOne() throws Exception {
        domain.disks.replaceAll((target, disk) -> new FakeDomain.FakeDisk("raw", 1 << 20));
        fixture.backUp(RequestedLevel.FULL);
        long last = Instant.now().getEpochSecond() + 1000;
        new BackupRecords(domain).write(domain.record().reserved().differentialAt(last));
        for (int i = 1; i <= 3; i++) {
            try (RunningBackup backup = fixture.begin(RequestedLevel.DIFF)) {
                assertThat(backup.disks().get(0).fileName().text()).isEqualTo("vda.diff." + (last + i) + ".data");
                if (i == 2) {
                    FakeFixture.deliver(backup);
                    backup.commit();
                }
            }
        }
    }

    @Test
    void aCopyMakesNoCheckpointAndLeavesTheChainAlone() throws Exception {
        fixture.backUp(RequestedLevel.FULL);
        Optional<CommittedChain> chain = domain.record().chain();

        assertThat(fixture.backUp(RequestedLevel.COPY)).isEqualTo("virtnbd.1");

        assertThat(domain.checkpoints).containsOnlyKeys("virtnbd.0");
        assertThat(domain.record().chain()).isEqualTo(chain);
    }

    @Test
    void aNewFullPrunesTheOldChain() throws Exception {
        fixture.backUp(RequestedLevel.FULL);
        fixture.backUp(RequestedLevel.FULL);

        assertThat(domain.checkpoints).containsOnlyKeys("virtnbd.1");
    }

    /** The server has no bitmaps, so that an increment cannot be opened: as where libvirt exports it under another name. */
    @Test
    void anIncrementWhoseBitmapIsNotExportedIsRolledBack() throws Exception {
        fixture.backUp(RequestedLevel.FULL);

        assertThatThrownBy(() -> fixture.begin(RequestedLevel.INC)).hasMessageContaining("qemu:dirty-bitmap:changes");

        assertThat(domain.checkpoints).containsOnlyKeys("virtnbd.0");
        fixture.assertNothingIsLeft();
    }

    @Test
    void autoMakesAFullWhereABitmapIsBroken() throws Exception {
        fixture.backUp(RequestedLevel.FULL);
        domain.disks.get("vdb").bitmaps.clear();

        assertThatThrownBy(() -> fixture.begin(RequestedLevel.INC)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("level=auto");
        fixture.assertNothingIsLeft();
        try (RunningBackup backup = fixture.begin(RequestedLevel.AUTO)) {
            assertThat(backup.description().level()).isEqualTo(Level.FULL);
            assertThat(backup.description().reason()).contains("since virtnbd.0 cannot be continued");
            backup.commit();
        }
        assertThat(domain.checkpoints).containsOnlyKeys(domain.record().current());
        fixture.assertNothingIsLeft();
    }

    @Test
    void bitmapsThatAreInTheWayAreLeftAloneAndTheirNumbersSkipped() throws Exception {
        domain.disks.get("vda").bitmaps.addAll(List.of("virtnbd.0", "virtnbd.1"));

        assertThat(fixture.backUp(RequestedLevel.FULL)).isEqualTo("virtnbd.2");

        assertThat(domain.disks.get("vda").bitmaps).contains("virtnbd.0", "virtnbd.1");
    }

    @Test
    void aCheckpointThatSomebodyMakesAtTheSameMomentIsLeftAlone() throws Exception {
        boolean[] made = new boolean[1];
        domain.fault = (number, call, done) -> {
            if (call.equals("beginBackup") && !done && !made[0]) {
                made[0] = true;
                domain.checkpoint("virtnbd.0");
            }
        };

        assertThat(fixture.backUp(RequestedLevel.FULL)).isEqualTo("virtnbd.1");
        fixture.backUp(RequestedLevel.FULL);

        assertThat(domain.checkpoints).containsOnlyKeys("virtnbd.0", "virtnbd.2");
    }

    @Test
    void aJobThatBeganWithoutSayingSoIsEnded() throws Exception {
        domain.fault = (number, call, done) -> {
            if (call.equals("beginBackup") && done) {
                throw FakeDomain.failure(Kind.CONNECTION, call);
            }
        };

        assertThatThrownBy(() -> fixture.begin(RequestedLevel.FULL)).isInstanceOf(LibvirtCallException.class);

        domain.fault = FakeDomain.Fault.NONE;
        fixture.assertNothingIsLeft();
    }

    @Test
    void aScratchDirectoryThatIsOfNoUseChangesNothing() throws Exception {
        Path deep = Files.createDirectories(directory.resolve("d".repeat(90)));

        assertThatThrownBy(() -> fixture.backups.begin("web1",
                FakeFixture.options(RequestedLevel.FULL, deep, Duration.ZERO)))
                .isInstanceOf(DomainBackupException.class).hasMessageContaining("shorter scratchDirectory");

        assertThat(domain.record().pending()).isFalse();
        assertThat(domain.calls).doesNotContain("beginBackup");
    }

    @Test
    void aDomainThatWasDestroyedMeanwhileIsRolledBackAtItsNextStart() throws Exception {
        fixture.backUp(RequestedLevel.FULL);
        RunningBackup backup = fixture.begin(RequestedLevel.FULL);
        domain.destroy();

        assertThatThrownBy(backup::close).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("the next backup does it");
        fixture.assertLockIsFree();

        domain.active = true;
        try (RunningBackup next = fixture.begin(RequestedLevel.AUTO)) {
            assertThat(next.description().level()).isEqualTo(Level.FULL);
            next.commit();
        }
        assertThat(domain.checkpoints).containsOnlyKeys("virtnbd.3");
        fixture.assertNothingIsLeft();
    }

    @Test
    void aJobThatSomebodyElseBeganMeanwhileIsLeftAlone() throws Exception {
        RunningBackup backup = fixture.begin(RequestedLevel.COPY);
        domain.job.close();
        FakeJob others = new FakeJob(new BackupJob(null,
                List.of(new BackupJobDisk("vda", Optional.empty(), "vda", Optional.empty(), null))), null);
        domain.job = others;

        backup.close();

        assertThat(domain.job).isSameAs(others);
    }
}
