/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.BackupJobDisk;
import io.virtnbd.libvirt.BackupServer;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {

    private final FakeDomain domain = new FakeDomain();
    private final BackupRecords records = new BackupRecords(domain);

    @TempDir
    private Path directory;

    private boolean recover() throws Exception {
        return new Recovery(domain, new DomainBackupOptions(RequestedLevel.AUTO, Set.of(), Set.of(), "virtnbd", FreezeMode.AUTO,
                Duration.ofSeconds(1), directory, Optional.empty(), false, Duration.ZERO, DiskReadOptions.defaults()),
                Duration.ofSeconds(1)).run();
    }

    private static BackupJobDisk disk(String scratch) {
        return new BackupJobDisk("vda", Optional.empty(), "vda", Optional.empty(), scratch);
    }

    private static FakeJob job(BackupServer server, String scratch) {
        return new FakeJob(new BackupJob(server, List.of(disk(scratch))), null);
    }

    private static FakeJob ours(Path socketDirectory) throws Exception {
        JobFiles files = new JobFiles(socketDirectory, FakeDomain.UUID, "virtnbd.0");
        Files.createFile(files.socket());
        return job(new BackupServer.Unix(files.socket().toString()), files.scratch("vda").toString());
    }

    /** What a program that was killed leaves behind. */
    private void killed() throws Exception {
        killed(false);
    }

    private void killed(boolean freezes) throws Exception {
        records.write(records.read("virtnbd").reserved(freezes));
        domain.checkpoint("virtnbd.0");
        domain.job = ours(directory);
    }

    @Test
    void nothingIsDoneWhereNothingWasLeft() throws Exception {
        domain.checkpoint("somebody.0");
        domain.checkpoint("virtnbd.0");

        assertThat(recover()).isFalse();

        assertThat(domain.checkpoints).hasSize(2);
        assertThat(domain.metadata).isNull();
    }

    @Test
    void jobAndCheckpointOfAKilledProgramAreEndedAndItsNumberIsNotUsedAgain() throws Exception {
        killed();
        domain.checkpoint("somebody.7");

        assertThat(recover()).isTrue();

        assertThat(domain.job).isNull();
        assertThat(domain.checkpoints.keySet()).containsExactly("somebody.7");
        assertThat(domain.record().pending()).isFalse();
        assertThat(domain.record().reserved().current()).isEqualTo("virtnbd.1");
        assertThat(recover()).as("again").isFalse();
    }

    @Test
    void theCheckpointOfACommittedBackupStays() throws Exception {
        killed();
        domain.job = null;
        records.write(records.read("virtnbd").committed(new CommittedChain("virtnbd.0", "virtnbd.0",
                List.of(new ChainDisk("vda", "virtnbd.0", "virtnbd.0", 1)))));

        assertThat(recover()).isFalse();

        assertThat(domain.checkpoints).containsKey("virtnbd.0");
    }

    @Test
    void aJobOfAnotherProgramIsLeftAlone() {
        domain.job = job(new BackupServer.Unix("/var/tmp/backup.sock"), "/var/tmp/virtnbd-of-another-domain.scratch");

        assertThatThrownBy(this::recover).isInstanceOf(DomainBusyException.class).hasMessageContaining("domjobabort");

        assertThat(domain.job).isNotNull();
    }

    @Test
    void aPushJobOfAnotherProgramIsLeftAlone() {
        domain.job = job(null, null);

        assertThatThrownBy(this::recover).isInstanceOf(DomainBusyException.class);

        assertThat(domain.job).isNotNull();
    }

    @Test
    void aJobWithItsSocketElsewhereIsLeftAloneWhileItsProgramLives() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        domain.job = ours(elsewhere);
        try (DomainLock lock = DomainLock.tryAcquire(elsewhere, domain.uuid()).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(this::recover).isInstanceOf(DomainBusyException.class)
                    .hasMessageContaining(elsewhere.toString());
            assertThat(domain.job).isNotNull();
        }

        assertThat(recover()).isTrue();
        assertThat(domain.job).isNull();
    }

    @Test
    void aJobWhoseSocketCannotBeSeenIsLeftAlone() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        domain.job = ours(elsewhere);
        Files.delete(new JobFiles(elsewhere, FakeDomain.UUID, "virtnbd.0").socket());

        assertThatThrownBy(this::recover).isInstanceOf(DomainBusyException.class).hasMessageContaining("cannot be seen")
                .hasMessageContaining("domjobabort");

        assertThat(domain.job).isNotNull();
    }

    @Test
    void aJobThatIsStillBeginningIsWaitedFor() throws Exception {
        killed();
        FakeJob beginning = domain.job;
        domain.job = null;
        domain.otherJob = true;
        Path socket = new JobFiles(directory, FakeDomain.UUID, "virtnbd.0").socket();
        Files.delete(socket);
        CompletableFuture<Void> begins = CompletableFuture.runAsync(() -> {
            sleep();
            domain.job = beginning;
            sleep();
            try {
                Files.createFile(socket);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        assertThat(recover()).isTrue();

        begins.join();
        assertThat(domain.job).isNull();
        assertThat(domain.checkpoints).isEmpty();
    }

    private static void sleep() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aJobOverTcpIsEndedOnlyByItsOwnHost() throws Exception {
        String ours = new JobFiles(directory, FakeDomain.UUID, "virtnbd.0").scratch("vda").toString();
        String others = ours.replace("@" + JobFiles.thisHost(), "@another-host");
        domain.job = job(new BackupServer.Tcp("localhost", 10809, false), others);

        assertThatThrownBy(this::recover).isInstanceOf(DomainBusyException.class).hasMessageContaining("another-host");

        assertThat(domain.job).isNotNull();
        domain.job = job(new BackupServer.Tcp("localhost", 10809, false), ours);
        assertThat(recover()).isTrue();
        assertThat(domain.job).isNull();
    }

    @Test
    void anOrphanStaysWhileTheDomainIsOffAndGoesWhenItRuns() throws Exception {
        killed();
        domain.destroy();

        assertThat(recover()).isTrue();
        assertThat(domain.checkpoints).containsKey("virtnbd.0");
        assertThat(domain.record().pending()).isFalse();

        domain.active = true;
        assertThat(recover()).isTrue();
        assertThat(domain.checkpoints).isEmpty();
    }

    @Test
    void anOrphanThatCannotBeDeletedDoesNotKeepTheBackup() throws Exception {
        killed();
        domain.fault = FakeDomain.Fault.of("deleteCheckpoint", Kind.OTHER);

        assertThat(recover()).isTrue();

        domain.fault = FakeDomain.Fault.NONE;
        assertThat(domain.record().isOrphan("virtnbd.0")).isTrue();
    }

    @Test
    void aLostConnectionIsAnErrorThatTheNextRunMakesUpFor() throws Exception {
        for (String call : List.of("isActive", "backupJob", "abortJob", "metadata", "checkpoints", "deleteCheckpoint",
                "setMetadata")) {
            FakeDomain.Fault lost = FakeDomain.Fault.of(call, Kind.CONNECTION);
            domain.metadata = null;
            domain.checkpoints.clear();
            domain.disks.values().forEach(disk -> disk.bitmaps.clear());
            killed();
            domain.fault = lost;
            assertThatThrownBy(this::recover).as(call).isInstanceOf(LibvirtCallException.class);
            domain.fault = FakeDomain.Fault.NONE;

            assertThat(recover()).as(call).isTrue();
            assertThat(domain.job).isNull();
            assertThat(domain.checkpoints).isEmpty();
            assertThat(domain.record().pending()).isFalse();
        }
    }

    @Test
    void theGuestThatAKilledProgramFrozeIsThawed() throws Exception {
        killed(true);
        domain.agent = true;
        domain.frozen = true;

        recover();

        assertThat(domain.frozen).isFalse();
        assertThat(domain.record().frozen()).isFalse();
    }

    @Test
    void theGuestThatABackupLeftFrozenIsThawed() throws Exception {
        records.write(records.read("virtnbd").leftFrozen());
        domain.agent = true;
        domain.frozen = true;

        assertThat(recover()).isTrue();

        assertThat(domain.frozen).isFalse();
        assertThat(domain.record().frozen()).isFalse();
    }

    @Test
    void theGuestThatSomebodyElseFrozeStaysFrozen() throws Exception {
        killed();
        domain.agent = true;
        domain.frozen = true;

        recover();

        assertThat(domain.frozen).isTrue();
        assertThat(domain.agentCommands).isEmpty();
    }

    @Test
    void aGuestThatIsNotFrozenAnyMoreIsNotThawed() throws Exception {
        killed(true);
        domain.agent = true;

        recover();

        assertThat(domain.agentCommands).containsExactly("status");
    }

    @Test
    void aGuestIsNotDisturbedWhereNoBackupWasPending() throws Exception {
        domain.agent = true;

        recover();

        assertThat(domain.agentCommands).isEmpty();
    }

    @Test
    void aGuestThatCannotBeThawedDoesNotKeepTheBackup() throws Exception {
        killed(true);
        domain.agent = true;
        domain.frozen = true;
        domain.fault = FakeDomain.Fault.of("thaw", Kind.AGENT);

        assertThat(recover()).isTrue();

        assertThat(domain.record().pending()).isFalse();
    }

    @Test
    void orphansOfAllPrefixesGo() throws Exception {
        killed();
        records.write(records.read("weekly").reserved());
        domain.checkpoint("weekly.0");

        recover();

        assertThat(domain.checkpoints).isEmpty();
    }
}
