/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.libvirt.LibvirtOptions;
import io.virtnbd.testing.LibvirtDaemons;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others do to a domain and its daemon while backups of it run, and between them. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class DomainTroubleIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;
    private DomainFixture fixture;
    private TestDomain domain;

    @BeforeEach
    void startDomain() {
        domain = new TestDomain(directory).qcow2(64 * MIB).define().start();
        fixture = new DomainFixture(directory, domain);
        domain.guestWrite("vda", 0xa1, 0, 48 * MIB);
    }

    @AfterEach
    void removeDomain() {
        fixture.close();
    }

    private List<String> checkpoints() {
        return domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()).toList();
    }

    private boolean hasJob() {
        return !domain.virsh("domjobinfo").contains("None");
    }

    @Test
    void continuesTheChainAfterLibvirtdWasRestarted() throws Exception {
        fixture.backUp(RequestedLevel.FULL);
        domain.guestWrite("vda", 0xa2, MIB, MIB);
        LibvirtDaemons.restart();
        BackupDescription increment = fixture.backUp(RequestedLevel.INC);
        fixture.assertRestores(increment, "vda", fixture.content("vda"));
    }

    @Test
    void commitsABackupDuringWhichLibvirtdWasRestarted() throws Exception {
        BackupDescription full;
        try (RunningBackup backup = fixture.begin(RequestedLevel.FULL)) {
            LibvirtDaemons.restart();
            fixture.deliver(backup);
            backup.commit();
            full = backup.description();
        }
        assertThat(hasJob()).isFalse();
        assertThat(fixture.backUp(RequestedLevel.AUTO).parentCheckpoint()).isEqualTo(full.checkpoint());
    }

    @Test
    void rollsBackABackupWhoseDomainIsDestroyed() throws Exception {
        BackupDescription full = fixture.backUp(RequestedLevel.FULL);
        domain.guestWrite("vda", 0xa2, 0, 40 * MIB);
        Path content = null;
        RunningBackup backup = fixture.begin(RequestedLevel.INC);
        try (backup; InputStream stream = backup.disks().get(0).backup().disk().open()) {
            stream.readNBytes(1 << 20);
            domain.guestWrite("vda", 0xa3, 45 * MIB, MIB);
            content = fixture.content("vda");
            domain.destroy();
            assertThatThrownBy(() -> stream.transferTo(java.io.OutputStream.nullOutputStream())).isInstanceOf(IOException.class);
        } catch (DomainBackupException expected) {
            assertThat(expected).hasMessageContaining("next backup does it");
        }
        assertThat(JobFilesLeft.of(domain)).isEmpty();
        assertThat(checkpoints()).as("it can be deleted only when the domain runs").hasSize(2);
        BackupDescription offline = fixture.backUp(RequestedLevel.AUTO);
        assertThat(offline.level()).as("no bitmap depends on that of the orphan").isEqualTo(Level.DIFF);
        fixture.assertRestores(offline, "vda", content);

        domain.start();
        BackupDescription increment = fixture.backUp(RequestedLevel.AUTO);
        assertThat(increment.level()).isEqualTo(Level.INC);
        assertThat(increment.parentCheckpoint()).isEqualTo(full.checkpoint());
        fixture.assertRestores(increment, "vda", content);
        assertThat(checkpoints()).containsExactly(full.checkpoint(), increment.checkpoint());
    }

    @Test
    void endsNoJobAndDeletesNoCheckpointOfOthers() throws Exception {
        domain.virsh("checkpoint-create-as", "virtnbd.7");
        Path job = Files.writeString(directory.resolve("job.xml"), "<domainbackup mode='pull'><server transport='unix' socket='"
                + directory.resolve("other.sock") + "'/><disks><disk name='vda' type='file'><scratch file='"
                + directory.resolve("other.scratch") + "'/></disk></disks></domainbackup>");
        domain.virsh("backup-begin", job.toString());

        assertThatThrownBy(() -> fixture.begin(RequestedLevel.AUTO)).isInstanceOf(DomainBusyException.class)
                .hasMessageContaining(domain.name()).hasMessageContaining("another program");
        assertThat(fixture.backups.recover(domain.name(), DomainFixture.options(RequestedLevel.AUTO))).isFalse();
        assertThat(hasJob()).isTrue();

        domain.virsh("domjobabort");
        assertThat(fixture.backUp(waiting()).checkpoint()).isEqualTo("virtnbd.8");
        assertThat(fixture.backUp(RequestedLevel.AUTO).checkpoint()).isEqualTo("virtnbd.9");
        assertThat(checkpoints()).contains("virtnbd.7");
    }

    private static DomainBackupOptions waiting() {
        DomainBackupOptions options = DomainFixture.options(RequestedLevel.AUTO);
        return new DomainBackupOptions(options.level(), options.disks(), options.excludedDisks(), options.checkpointPrefix(),
                options.freeze(), options.freezeTimeout(), options.scratchDirectory(), options.server(),
                options.includeSecrets(), Duration.ofMinutes(1), options.reading());
    }

    @Test
    void waitsForAnotherBackupWhereItIsToldTo() throws Exception {
        RunningBackup first = fixture.begin(RequestedLevel.COPY);
        assertThatThrownBy(() -> fixture.begin(RequestedLevel.COPY)).isInstanceOf(DomainBusyException.class)
                .hasMessageContaining("waitForDomain");
        CompletableFuture<RunningBackup> second = CompletableFuture.supplyAsync(() -> {
            try {
                return fixture.backups.begin(domain.name(), waiting());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(second).isNotDone();
        first.close();
        try (RunningBackup begun = second.join()) {
            assertThat(begun.description().level()).isEqualTo(Level.FULL);
        }
    }

    @Test
    void ignoresARecordThatIsDamagedWithAClearError() {
        domain.virsh("metadata", BackupRecords.NAMESPACE, "--key", "virtnbd", "--set", "<backups><chain/></backups>", "--live",
                "--config");
        assertThatThrownBy(() -> fixture.begin(RequestedLevel.AUTO)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("virsh metadata " + domain.name());
    }

    @Test
    void rollsBackWhatIsOpenWhenItIsStopped() throws Exception {
        DomainBackups stopped = new DomainBackups(LibvirtOptions.of(LibvirtOptions.DEFAULT_URI));
        RunningBackup open = stopped.begin(domain.name(), DomainFixture.options(RequestedLevel.FULL));
        stopped.close();
        assertThat(hasJob()).isFalse();
        assertThat(checkpoints()).isEmpty();
        assertThatThrownBy(open::commit).isInstanceOf(DomainBackupException.class).hasMessageContaining("rolled back");
        assertThatThrownBy(() -> stopped.begin(domain.name(), DomainFixture.options(RequestedLevel.FULL)))
                .isInstanceOf(IOException.class);
        assertThatCode(open::close).doesNotThrowAnyException();
    }
}
