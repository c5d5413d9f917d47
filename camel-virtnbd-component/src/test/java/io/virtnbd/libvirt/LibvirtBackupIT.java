/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import static io.virtnbd.libvirt.LibvirtAssertions.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.libvirt.LibvirtCallException.Kind;
import io.virtnbd.testing.FreePort;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Tool;
import io.virtnbd.testing.Virsh;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backup jobs and checkpoints of real domains. */
@RequiresTools({"virsh", "libvirtd", "virtlogd", "qemu-img", "qemu-system-x86_64", "nbdinfo"})
class LibvirtBackupIT {

    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    private LibvirtConnection connection;
    private TestDomain vm;
    private LibvirtDomain domain;

    @BeforeEach
    void startDomain() throws Exception {
        vm = new TestDomain(directory).qcow2(4 * MIB, 4 * MIB).raw(MIB).define().start();
        connection = Libvirt.connect(LibvirtOptions.of(Virsh.URI));
        domain = connection.domain(vm.name());
    }

    @AfterEach
    void removeDomain() {
        connection.close();
        vm.close();
    }

    @Test
    void aFullBackupServesTheDisksAsTheyAreAndCreatesACheckpoint() throws Exception {
        vm.guestWrite("vda", 0xab, MIB, MIB);
        BackupJob job = new BackupJob(socket(), List.of(full("vda"), full("vdc")));
        domain.beginBackup(job, checkpoint("c.0", "vda"));

        vm.guestWrite("vda", 0xcd, MIB, MIB);
        assertThat(domain.backupJob()).contains(job);
        assertThat(domain.hasJob()).isTrue();
        assertThat(nbdinfo("--size", "vda")).isEqualTo("4194304");
        assertThat(nbdinfo("--size", "vdc")).isEqualTo("1048576");
        assertThat(Tool.tryRun("nbdinfo", "--size", uri("vdb")).exitCode()).isNotZero();
        Tool.run("qemu-io", "-r", "-f", "raw", "-c", "read -P 0xab 1M 1M", uri("vda"));
        assertThat(CheckpointDefinition.parse(domain.checkpointXml("c.0")))
                .isEqualTo(new CheckpointDefinition("c.0", Optional.empty(), List.of("vda")));

        domain.abortJob();
        assertThat(domain.backupJob()).isEmpty();
        assertThat(domain.hasJob()).isFalse();
        assertThat(directory).isDirectoryNotContaining("glob:**/*.scratch");
        domain.abortJob();
    }

    @Test
    void anIncrementalBackupServesTheBitmapOfWhatChangedSince() throws Exception {
        backup("c.0", full("vda"), full("vdb"));
        vm.guestWrite("vda", 1, 2 * MIB, MIB);
        backup("c.1", incremental("vda", "c.0"), incremental("vdb", "c.0"));
        vm.guestWrite("vda", 2, 0, 64 << 10);

        domain.beginBackup(new BackupJob(socket(), List.of(incremental("vda", "c.0"), incremental("vdb", "c.1"))), null);
        assertThat(dirty("vda")).containsExactly("0 65536 1 dirty", "65536 2031616 0 clean", "2097152 1048576 1 dirty",
                "3145728 1048576 0 clean");
        assertThat(dirty("vdb")).containsExactly("0 4194304 0 clean");
        assertThat(domain.checkpoints()).containsExactly("c.0", "c.1");
    }

    @Test
    void aJobThatIsBeginningIsAJob() throws Exception {
        for (int i = 0; i < 10; i++) {
            CompletableFuture<Void> begins = CompletableFuture.runAsync(() -> {
                try {
                    domain.beginBackup(new BackupJob(socket(), List.of(full("vda"), full("vdb"))), null);
                } catch (LibvirtCallException e) {
                    throw new CompletionException(e);
                }
            });
            boolean seen = false;
            while (!begins.isDone()) {
                boolean now = domain.hasJob();
                assertThat(now || !seen).as("a job is not seen any more").isTrue();
                seen = now;
            }
            begins.join();
            domain.abortJob();
        }
    }

    @Test
    void aJobOverTcpServesOnThePort() throws Exception {
        int port = FreePort.find();
        BackupJob job = new BackupJob(new BackupServer.Tcp("127.0.0.1", port, false), List.of(full("vda")));
        domain.beginBackup(job, null);
        assertThat(domain.backupJob()).contains(job);
        assertThat(Tool.run("nbdinfo", "--size", "nbd://127.0.0.1:" + port + "/vda").strip()).isEqualTo("4194304");
        assertThat(domain.checkpoints()).isEmpty();
    }

    @Test
    void whatChangedBeforeAJobThatWasGivenUpIsInTheNextOne() throws Exception {
        backup("c.0", full("vda"));
        vm.guestWrite("vda", 1, 0, 64 << 10);
        backup("c.1", incremental("vda", "c.0"));
        vm.guestWrite("vda", 2, MIB, 64 << 10);
        assertThat(domain.deleteCheckpoint("c.1")).isTrue();

        domain.beginBackup(new BackupJob(socket(), List.of(incremental("vda", "c.0"))), checkpoint("c.2", "vda"));
        assertThat(dirty("vda")).containsExactly("0 65536 1 dirty", "65536 983040 0 clean", "1048576 65536 1 dirty",
                "1114112 3080192 0 clean");
        assertThat(domain.deleteCheckpoint("c.0")).isTrue();
        assertThat(domain.checkpoints()).containsExactly("c.2");
        domain.abortJob();
        vm.guestWrite("vda", 3, 3 * MIB, 64 << 10);
        domain.beginBackup(new BackupJob(socket(), List.of(incremental("vda", "c.2"))), null);
        assertThat(dirty("vda")).containsExactly("0 3145728 0 clean", "3145728 65536 1 dirty", "3211264 983040 0 clean");
    }

    @Test
    void aSecondJobIsRefused() throws Exception {
        domain.beginBackup(new BackupJob(socket(), List.of(full("vda"))), checkpoint("c.0", "vda"));
        BackupJob other = new BackupJob(new BackupServer.Unix(directory + "/other.sock"), List.of(full("vdb")));
        assertFails(Kind.JOB_RUNNING, () -> domain.beginBackup(other, checkpoint("c.1", "vdb")))
                .hasMessageContaining(vm.name()).hasMessageContaining("another job is running");
        assertThat(domain.checkpoints()).containsExactly("c.0");
    }

    @Test
    void checkpointsAreListedByAgeAndNotByName() throws Exception {
        backup("z", full("vda"));
        backup("m.10", full("vda"));
        backup("m.9", full("vda"));
        backup("a", full("vda"));
        assertThat(domain.checkpoints()).containsExactly("z", "m.10", "m.9", "a");
        assertThat(CheckpointDefinition.parse(domain.checkpointXml("a")).parent()).hasValue("m.9");
        domain.deleteCheckpoint("m.9");
        assertThat(CheckpointDefinition.parse(domain.checkpointXml("a")).parent()).hasValue("m.10");
        assertThat(domain.checkpoints()).containsExactly("z", "m.10", "a");
    }

    @Test
    void aCheckpointThatIsNotThereIsToldApart() throws Exception {
        assertThat(domain.checkpoints()).isEmpty();
        assertThat(domain.deleteCheckpoint("c.9")).isFalse();
        assertThat(domain.forgetCheckpoint("c.9")).isFalse();
        assertFails(Kind.NO_CHECKPOINT, () -> domain.checkpointXml("c.9")).hasMessageContaining("'c.9'");
        assertFails(Kind.NO_CHECKPOINT, () -> backup("c.1", incremental("vda", "c.9"))).hasMessageContaining("'c.9'");
        assertThat(domain.checkpoints()).isEmpty();
    }

    @Test
    void aCheckpointThatWasForgottenCanBeDefinedAgain() throws Exception {
        backup("c.0", full("vda"), full("vdb"));
        backup("c.1", incremental("vda", "c.0"));
        String xml = domain.checkpointXml("c.1");
        assertThat(domain.forgetCheckpoint("c.1")).isTrue();
        assertThat(domain.checkpoints()).containsExactly("c.0");

        domain.redefineCheckpoint(xml);
        assertThat(domain.checkpointXml("c.1")).isEqualTo(xml);
        backup("c.2", incremental("vda", "c.1"));
        assertFails(Kind.CHECKPOINT_INCONSISTENT, () -> domain.redefineCheckpoint(xml.replace("c.1", "c.7")));
        assertThat(domain.checkpoints()).containsExactly("c.0", "c.1", "c.2");
    }

    @Test
    void aNameThatIsTakenIsToldApart() throws Exception {
        backup("c.0", full("vda"));
        assertFails(Kind.CHECKPOINT_EXISTS, () -> backup("c.0", full("vda"))).hasMessageContaining("c.0");
        domain.forgetCheckpoint("c.0");
        assertFails(Kind.BITMAP_EXISTS, () -> backup("c.0", full("vda"))).hasMessageContaining("Bitmap already exists: c.0");
        assertThat(domain.checkpoints()).isEmpty();
        assertThat(domain.hasJob()).isFalse();
    }

    @Test
    void aBitmapThatWasRemovedMakesItsCheckpointInconsistent() throws Exception {
        backup("c.0", full("vda"), full("vdb"));
        backup("c.1", incremental("vda", "c.0"), incremental("vdb", "c.0"));
        vm.destroy();
        Tool.run("qemu-img", "bitmap", "--remove", vm.image("vda").toString(), "c.1");
        vm.start();

        assertFails(Kind.CHECKPOINT_INCONSISTENT, () -> backup("c.2", incremental("vda", "c.1"), incremental("vdb", "c.1")))
                .hasMessageContaining("bitmap 'c.1' for disk 'vda'");
        assertThat(domain.checkpoints()).containsExactly("c.0", "c.1");
        backup("c.2", incremental("vda", "c.0"), incremental("vdb", "c.1"));
        assertFails(Kind.CHECKPOINT_INCONSISTENT, () -> domain.deleteCheckpoint("c.1")).hasMessageContaining("'c.1'");
        assertThat(domain.checkpoints()).contains("c.1");
        assertThat(domain.forgetCheckpoint("c.1")).isTrue();
        assertThat(domain.checkpoints()).containsExactly("c.0", "c.2");
    }

    @Test
    void bitmapsOfADomainThatCrashedAreBrokenAndCanBeDeleted() throws Exception {
        backup("c.0", full("vda"));
        vm.destroy().start();
        backup("c.1", incremental("vda", "c.0"));
        vm.crash().start();
        assertFails(Kind.CHECKPOINT_INCONSISTENT, () -> backup("c.2", incremental("vda", "c.0")));
        assertFails(Kind.CHECKPOINT_INCONSISTENT, () -> backup("c.2", incremental("vda", "c.1")));
        assertThat(domain.deleteCheckpoint("c.0")).isTrue();
        assertThat(domain.checkpoints()).containsExactly("c.1");
    }

    @Test
    void aDiskThatWasAddedHasNoBitmapOfTheParentYet() throws Exception {
        backup("c.0", full("vda"));
        String added = vm.hotplug("qcow2", MIB);
        assertFails(Kind.CHECKPOINT_INCONSISTENT, () -> backup("c.1", incremental("vda", "c.0"), incremental(added, "c.0")))
                .hasMessageContaining("disk '" + added + "'");
        backup("c.1", incremental("vda", "c.0"), full(added));
        assertThat(CheckpointDefinition.parse(domain.checkpointXml("c.1")).disks()).containsExactly("vda", added);
    }

    @Test
    void aDiskThatGrewIsServedInItsNewSize() throws Exception {
        backup("c.0", full("vda"));
        vm.resize("vda", 8 * MIB);
        vm.guestWrite("vda", 1, 6 * MIB, 64 << 10);
        domain.beginBackup(new BackupJob(socket(), List.of(incremental("vda", "c.0"))), checkpoint("c.1", "vda"));
        assertThat(nbdinfo("--size", "vda")).isEqualTo("8388608");
        assertThat(dirty("vda")).containsExactly("0 6291456 0 clean", "6291456 65536 1 dirty", "6356992 2031616 0 clean");
    }

    @Test
    void aJobThatCannotBeginLeavesNothing() throws Exception {
        BackupJobDisk noSuchDirectory =
                new BackupJobDisk("vda", Optional.empty(), "vda", Optional.empty(), directory + "/missing/scratch");
        assertFails(Kind.OTHER, () -> backup("c.0", noSuchDirectory)).hasMessageContaining("/missing/scratch");
        BackupJob noSuchSocket = new BackupJob(new BackupServer.Unix(directory + "/missing/socket"), List.of(full("vda")));
        assertFails(Kind.OTHER, () -> domain.beginBackup(noSuchSocket, checkpoint("c.0", "vda")))
                .hasMessageContaining("/missing/socket");
        assertFails(Kind.OTHER, () -> backup("c.0", full("vdz"))).hasMessageContaining("vdz");
        assertThat(domain.checkpoints()).isEmpty();
        assertThat(domain.hasJob()).isFalse();
        backup("c.0", full("vda"));
    }

    @Test
    void aJobWhoseExportFailsLeavesItsCheckpoint() throws Exception {
        BackupJobDisk one = new BackupJobDisk("vda", Optional.empty(), "same", Optional.empty(), scratch("vda"));
        BackupJobDisk two = new BackupJobDisk("vdb", Optional.empty(), "same", Optional.empty(), scratch("vdb"));
        assertFails(Kind.OTHER, () -> backup("c.0", one, two)).hasMessageContaining("same");
        assertThat(domain.hasJob()).isFalse();
        assertThat(domain.checkpoints()).containsExactly("c.0");
        assertThat(domain.deleteCheckpoint("c.0")).isTrue();
        backup("c.0", full("vda"));
    }

    @Test
    void aRawDiskHasNoCheckpoint() {
        assertFails(Kind.OTHER, () -> backup("c.0", full("vdc"))).hasMessageContaining("vdc");
    }

    @Test
    void aDomainThatIsOffHasNoJobs() throws Exception {
        backup("c.0", full("vda"));
        vm.destroy();
        assertThat(domain.hasJob()).isFalse();
        assertThat(domain.backupJob()).isEmpty();
        domain.abortJob();
        assertFails(Kind.OPERATION_INVALID, () -> backup("c.1", full("vda")));
        assertFails(Kind.OPERATION_INVALID, () -> domain.deleteCheckpoint("c.0"));
        assertThat(domain.checkpoints()).containsExactly("c.0");
        String xml = domain.checkpointXml("c.0");
        assertThat(domain.forgetCheckpoint("c.0")).isTrue();
        domain.redefineCheckpoint(xml);
        assertThat(domain.checkpoints()).containsExactly("c.0");
    }

    @Test
    void aJobEndsWithItsDomain() throws Exception {
        domain.beginBackup(new BackupJob(socket(), List.of(full("vda"))), checkpoint("c.0", "vda"));
        vm.destroy();
        assertThat(domain.backupJob()).isEmpty();
        assertThat(domain.hasJob()).isFalse();
        assertThat(domain.checkpoints()).containsExactly("c.0");
        vm.start();
        backup("c.1", incremental("vda", "c.0"));
    }

    /** Begins a backup on a unix socket, with a checkpoint of its qcow2 disks, and ends it. */
    private void backup(String checkpoint, BackupJobDisk... disks) throws LibvirtCallException {
        domain.beginBackup(new BackupJob(socket(), List.of(disks)),
                checkpoint(checkpoint, Arrays.stream(disks).map(BackupJobDisk::target).toArray(String[]::new)));
        domain.abortJob();
    }

    private BackupJobDisk full(String target) {
        return new BackupJobDisk(target, Optional.empty(), target, Optional.empty(), scratch(target));
    }

    private BackupJobDisk incremental(String target, String checkpoint) {
        return new BackupJobDisk(target, Optional.of(checkpoint), target, Optional.of("changes"), scratch(target));
    }

    private String scratch(String target) {
        return directory + "/" + target + ".scratch";
    }

    private BackupServer socket() {
        return new BackupServer.Unix(directory + "/nbd.sock");
    }

    private static CheckpointDefinition checkpoint(String name, String... targets) {
        return new CheckpointDefinition(name, Optional.empty(), List.of(targets));
    }

    private List<String> dirty(String export) {
        return nbdinfo("--map=qemu:dirty-bitmap:changes", export).lines()
                .map(line -> line.strip().replaceAll(" +", " ")).toList();
    }

    private String nbdinfo(String option, String export) {
        return Tool.run("nbdinfo", option, uri(export)).strip();
    }

    private String uri(String export) {
        return "nbd+unix:///" + export + "?socket=" + directory + "/nbd.sock";
    }
}
