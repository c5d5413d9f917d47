/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.libvirt.Libvirt;
import io.virtnbd.libvirt.LibvirtConnection;
import io.virtnbd.libvirt.LibvirtOptions;
import io.virtnbd.testing.GuestSystem;
import io.virtnbd.testing.RequiresGuestKernel;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a real guest with a real agent is frozen and thawed. All tests have the same guest. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64", "busybox", "qemu-ga", "mke2fs", "e2fsck", "dumpe2fs",
    "ldd"})
@RequiresGuestKernel
class GuestFreezeIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofSeconds(1);

    @TempDir
    private static Path directory;
    private static GuestSystem guest;
    private static DomainFixture fixture;

    @BeforeAll
    static void boot() throws Exception {
        guest = GuestSystem.boot(directory);
        fixture = new DomainFixture(directory, guest.domain());
    }

    @AfterAll
    static void remove() throws Exception {
        if (fixture == null) {
            return;
        }
        String uuid = guest.domain().virsh("domuuid").strip();
        fixture.close();
        try (Stream<Path> files = Files.list(DomainBackupOptions.DEFAULT_SCRATCH_DIRECTORY)) {
            assertThat(files.filter(file -> file.toString().contains(uuid))).isEmpty();
        }
    }

    /** As the next test expects it, whatever became of this one. */
    @AfterEach
    void thaw() {
        guest.shell("rm -f /run/slow /run/stuck");
        guest.awaitAgent();
        guest.domain().virsh("domfsthaw");
    }

    private static DomainBackupOptions options(FreezeMode mode) {
        return options(mode, TIMEOUT, Optional.empty());
    }

    private static DomainBackupOptions options(FreezeMode mode, Duration timeout, Optional<BackupServerAddress> server) {
        return new DomainBackupOptions(RequestedLevel.AUTO, Set.of(), Set.of(), "virtnbd", mode, timeout,
                DomainBackupOptions.DEFAULT_SCRATCH_DIRECTORY, server, false, Duration.ZERO, DiskReadOptions.defaults());
    }

    private static void assertThawed() {
        assertThat(guest.isFrozen()).isFalse();
        guest.awaitWrites();
    }

    /** Nothing of a backup that could not begin. */
    private static void assertNothingIsLeft(String checkpoints) {
        assertThat(checkpoints()).isEqualTo(checkpoints);
        assertThat(guest.domain().virsh("domjobinfo")).contains("None");
        assertThat(guest.domain().virsh("metadata", BackupRecords.NAMESPACE)).doesNotContain("pending=\"true\"");
    }

    private static String checkpoints() {
        return guest.domain().virsh("checkpoint-list", "--name");
    }

    /** Whether the journal of a restored file system has to be replayed before it is as it should be. */
    private static boolean needsRecovery(BackupDescription backup) throws IOException {
        Path image = fixture.restore(backup, "vda");
        String superblock = Tool.run("dumpe2fs", "-h", image.toString());
        Tool.Result check = Tool.tryRun("e2fsck", "-fn", image.toString());
        Files.delete(image);
        assertThat(superblock).contains("Filesystem features:");
        boolean needed = superblock.contains("needs_recovery");
        if (!needed) {
            assertThat(check.exitCode()).as(check.output()).isZero();
        }
        return needed;
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "REQUIRED"})
    void freezesTheGuestWhileABackupBegins(FreezeMode mode) throws Exception {
        BackupDescription backup = fixture.backUp(options(mode));

        assertThat(backup.frozen()).hasValueSatisfying(time -> assertThat(time).isPositive());
        assertThawed();
        assertThat(needsRecovery(backup)).isFalse();
    }

    @Test
    void doesNotFreezeTheGuestWhereItNeverShould() throws Exception {
        long frozen = guest.lines("hook freeze");
        BackupDescription backup = fixture.backUp(options(FreezeMode.NEVER));

        assertThat(backup.frozen()).isEmpty();
        assertThat(guest.lines("hook freeze")).isEqualTo(frozen);
        assertThat(needsRecovery(backup)).isTrue();
    }

    @Test
    void thawsTheGuestWhenTheJobCannotBegin() throws Exception {
        long frozen = guest.lines("hook freeze");
        String checkpoints = checkpoints();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket taken = new ServerSocket(0, 1, loopback)) {
            var address = new BackupServerAddress(loopback.getHostAddress(), taken.getLocalPort(), false);
            assertThatThrownBy(() -> fixture.backUp(options(FreezeMode.AUTO, TIMEOUT, Optional.of(address))))
                    .isInstanceOf(IOException.class).hasMessageContaining("virDomainBackupBegin");
        }
        guest.awaitLine("hook freeze", frozen);
        assertThawed();
        assertNothingIsLeft(checkpoints);
    }

    @Test
    void goesOnWithoutAnAgentUnlessItIsRequired() throws Exception {
        String checkpoints = checkpoints();
        guest.killAgent();
        try {
            assertThatThrownBy(() -> fixture.backUp(options(FreezeMode.REQUIRED))).isInstanceOf(DomainBackupException.class)
                    .hasMessageContaining("no guest agent").hasMessageContaining("freeze=auto");
            assertNothingIsLeft(checkpoints);
            assertThat(fixture.backUp(options(FreezeMode.AUTO)).frozen()).isEmpty();
        } finally {
            guest.startAgent();
        }
    }

    @Test
    void goesOnWithoutAnAnswerOfTheAgentUnlessItIsRequired() throws Exception {
        String checkpoints = checkpoints();
        guest.shell("killall -STOP qemu-ga");
        try {
            assertThatThrownBy(() -> fixture.backUp(options(FreezeMode.REQUIRED, SHORT, Optional.empty())))
                    .isInstanceOf(DomainBackupException.class).hasMessageContaining("freeze=required");
            assertNothingIsLeft(checkpoints);
            assertThat(fixture.backUp(options(FreezeMode.AUTO, SHORT, Optional.empty())).frozen()).isEmpty();
        } finally {
            guest.shell("killall -CONT qemu-ga");
        }
        guest.awaitAgent();
        assertThawed();
    }

    /** libvirt waits five seconds, or for the timeout, for an agent that is busy. */
    @Test
    void thawsAGuestThatTookTooLongToFreeze() throws Exception {
        guest.shell("echo 3 >/run/slow");
        BackupDescription backup = fixture.backUp(options(FreezeMode.AUTO, SHORT, Optional.empty()));

        assertThat(backup.frozen()).isEmpty();
        assertThawed();
    }

    @Test
    void thawsAGuestThatFrozeTooLateWhenTheNextBackupBegins() throws Exception {
        guest.shell("touch /run/stuck");
        String checkpoints = checkpoints();
        assertThatThrownBy(() -> fixture.backUp(options(FreezeMode.AUTO, SHORT, Optional.empty())))
                .isInstanceOf(DomainBackupException.class).hasMessageContaining("virsh domfsthaw");
        assertNothingIsLeft(checkpoints);
        guest.shell("rm /run/stuck");
        guest.awaitAgent();
        assertThat(guest.isFrozen()).isTrue();

        fixture.backUp(options(FreezeMode.NEVER));
        assertThawed();
    }

    @ParameterizedTest
    @EnumSource
    void leavesAGuestFrozenThatSomebodyElseFroze(FreezeMode mode) throws Exception {
        guest.domain().virsh("domfsfreeze");
        BackupDescription backup = fixture.backUp(options(mode));

        assertThat(guest.isFrozen()).isTrue();
        assertThat(backup.frozen().isPresent()).isEqualTo(mode != FreezeMode.NEVER);
        assertThat(needsRecovery(backup)).isFalse();
    }

    @Test
    void doesNotThawWhatWasFrozenWithoutTheAgent() throws Exception {
        guest.shell("fsfreeze --freeze /mnt");
        try {
            assertThatThrownBy(() -> fixture.backUp(options(FreezeMode.REQUIRED))).isInstanceOf(DomainBackupException.class)
                    .hasMessageContaining("no file system");
            assertThat(fixture.backUp(options(FreezeMode.AUTO)).frozen()).isEmpty();
        } finally {
            // fails where it is not frozen
            guest.shell("fsfreeze --unfreeze /mnt && echo still frozen");
        }
        assertThat(guest.lines("still frozen")).isOne();
        guest.awaitWrites();
    }

    /** Of a program that was killed between freeze and thaw, there is a record that says so. */
    @Test
    void thawsAGuestThatAKilledProgramFroze() throws Exception {
        leavePending(true);
        guest.domain().virsh("domfsfreeze");
        assertThat(fixture.backups.recover(guest.domain().name(), options(FreezeMode.NEVER))).isTrue();
        assertThawed();
        assertNothingIsLeft(checkpoints());
    }

    @Test
    void leavesAGuestFrozenThatAKilledProgramDidNotFreeze() throws Exception {
        leavePending(false);
        guest.domain().virsh("domfsfreeze");
        assertThat(fixture.backups.recover(guest.domain().name(), options(FreezeMode.AUTO))).isTrue();
        assertThat(guest.isFrozen()).isTrue();
    }

    private static void leavePending(boolean freezes) throws IOException {
        try (LibvirtConnection connection = Libvirt.connect(LibvirtOptions.of(LibvirtOptions.DEFAULT_URI))) {
            BackupRecords records = new BackupRecords(connection.domain(guest.domain().name()));
            records.write(records.read("virtnbd").reserved(freezes));
        }
    }

    @Test
    void thawsTheGuestWhenBackupsAreStoppedMeanwhile() throws Exception {
        guest.shell("touch /run/stuck");
        long frozen = guest.lines("hook freeze");
        String checkpoints = checkpoints();
        DomainBackups stopped = new DomainBackups(LibvirtOptions.of(LibvirtOptions.DEFAULT_URI));
        var begun = CompletableFuture.supplyAsync(() -> failureOfBeginning(stopped));
        guest.awaitLine("hook freeze", frozen);
        var end = CompletableFuture.runAsync(stopped::close);
        await().until(() -> failureOfBeginning(stopped).contains("stopped"));
        assertThat(end).isNotDone();
        guest.shell("rm /run/stuck");

        assertThat(begun.join()).contains("stopped");
        end.join();
        assertThawed();
        assertNothingIsLeft(checkpoints);
    }

    private static String failureOfBeginning(DomainBackups backups) {
        try (RunningBackup backup = backups.begin(guest.domain().name(), options(FreezeMode.AUTO))) {
            return "";
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
