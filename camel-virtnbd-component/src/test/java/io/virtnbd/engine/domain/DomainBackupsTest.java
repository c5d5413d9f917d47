/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.InvalidNameException;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.BackupJobDisk;
import io.virtnbd.libvirt.BackupServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DomainBackupsTest {

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
    }

    private static <T> CompletableFuture<T> later(Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(action.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    @Test
    void domainsAreFoundByPattern() throws Exception {
        assertThat(fixture.backups.domains("web*")).containsExactly("web1", "web2");
        assertThat(fixture.backups.domains("?b1")).containsExactly("db1");
        assertThat(fixture.backups.domains("*")).hasSize(3);
        assertThat(fixture.backups.domains("web1")).containsExactly("web1");
        assertThat(fixture.backups.domains("web.")).isEmpty();
        assertThat(fixture.backups.domains("\\E*")).isEmpty();
    }

    @Test
    void aSecondBackupOfADomainIsRefusedAtOnceAndDisturbsNothing() throws Exception {
        try (RunningBackup first = fixture.begin(RequestedLevel.FULL)) {
            int before = domain.calls.size();
            assertThatThrownBy(() -> fixture.begin(RequestedLevel.FULL)).isInstanceOf(DomainBusyException.class)
                    .hasMessageContaining("waitForDomain");
            assertThat(domain.calls.subList(before, domain.calls.size())).isSubsetOf("isActive", "backupJob");
            FakeFixture.deliver(first);
            first.commit();
        }
        fixture.assertNothingIsLeft();
    }

    @Test
    void aBackupOfAnotherComponentInTheSameProcessIsRefusedToo() throws Exception {
        try (DomainBackups other = new DomainBackups(() -> new FakeConnection(domain));
                RunningBackup first = fixture.begin(RequestedLevel.FULL)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> other.begin("web1", fixture.options(RequestedLevel.FULL)))
                    .isInstanceOf(DomainBusyException.class);
            assertThat(other.recover("web1", fixture.options(RequestedLevel.FULL))).isFalse();
            assertThat(domain.job).isNotNull();
        }
    }

    @Test
    void aBackupCanWaitForTheEndOfAnother() throws Exception {
        RunningBackup first = fixture.begin(RequestedLevel.FULL);
        CompletableFuture<RunningBackup> second = later(() -> fixture.backups.begin("web1",
                FakeFixture.options(RequestedLevel.FULL, directory, Duration.ofSeconds(30))));
        Thread.sleep(250);
        assertThat(second).isNotDone();

        first.close();

        second.get(60, TimeUnit.SECONDS).close();
        fixture.assertNothingIsLeft();
    }

    @Test
    void aDomainWithAnotherJobIsNotDisturbedWhileABackupWaits() throws Exception {
        domain.agent = true;
        domain.otherJob = true;

        assertThatThrownBy(() -> fixture.backups.begin("web1",
                FakeFixture.options(RequestedLevel.FULL, directory, Duration.ofMillis(250))))
                .isInstanceOf(DomainBusyException.class).hasMessageContaining("another job");

        assertThat(domain.agentCommands).isEmpty();
        assertThat(domain.metadata).isNull();
        fixture.assertLockIsFree();
    }

    @Test
    void stoppingRollsBackWhatIsOpen() throws Exception {
        RunningBackup backup = fixture.begin(RequestedLevel.FULL);

        fixture.backups.close();

        fixture.assertNothingIsLeft();
        assertThatThrownBy(backup::commit).isInstanceOf(DomainBackupException.class);
        assertThatThrownBy(() -> fixture.begin(RequestedLevel.FULL)).isInstanceOf(IOException.class);
    }

    @Test
    void stoppingKeepsWhatIsCommitted() throws Exception {
        RunningBackup backup = fixture.begin(RequestedLevel.FULL);
        backup.commit();

        fixture.backups.close();

        assertThat(domain.record().chain()).isPresent();
        assertThat(domain.checkpoints).containsOnlyKeys("virtnbd.0");
        fixture.assertNothingIsLeft();
    }

    /** The connection must outlive the backup that is beginning, for that has to be rolled back over it. */
    @Test
    void stoppingWaitsForABackupThatIsBeginningAndRollsItBack() throws Exception {
        CountDownLatch beginning = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        domain.fault = (number, call, done) -> {
            if (call.equals("inactiveXml") && !done) {
                beginning.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        CompletableFuture<RunningBackup> begun = later(() -> fixture.begin(RequestedLevel.FULL));
        beginning.await();

        CompletableFuture<Void> stopped = later(() -> {
            fixture.backups.close();
            return null;
        });
        Thread.sleep(200);
        assertThat(stopped).isNotDone();
        goOn.countDown();

        stopped.get(60, TimeUnit.SECONDS);
        assertThatThrownBy(begun::get).hasRootCauseInstanceOf(DomainBackupException.class).hasMessageContaining("stopped");
        fixture.assertNothingIsLeft();
    }

    @Test
    void manyAtOnceLeaveOneChain() throws Exception {
        var all = IntStream.range(0, 8).mapToObj(i -> later(() -> {
            try (RunningBackup backup = fixture.backups.begin("web1",
                    FakeFixture.options(RequestedLevel.FULL, directory, Duration.ofSeconds(40)))) {
                if (i % 2 == 0) {
                    backup.commit();
                }
                return backup.description().checkpoint();
            }
        })).toList();

        assertThat(all).extracting(CompletableFuture::join).doesNotHaveDuplicates().hasSize(8);
        assertThat(domain.checkpoints).containsOnlyKeys(domain.record().chain().orElseThrow().last());
        fixture.assertNothingIsLeft();
    }

    @Test
    void recoveringCleansUp() throws Exception {
        new BackupRecords(domain).write(domain.record().reserved());
        domain.checkpoint("virtnbd.0");

        assertThat(fixture.backups.recover("web1", fixture.options(RequestedLevel.AUTO))).isTrue();
        assertThat(fixture.backups.recover("web1", fixture.options(RequestedLevel.AUTO))).isFalse();
        fixture.assertNothingIsLeft();
    }

    /** As after a kill: a program that starts again cleans up in the background, and may be asked for a backup meanwhile. */
    @Test
    void aBackupWaitsWhileThisProgramStillCleansUp() throws Exception {
        JobFiles files = new JobFiles(directory, FakeDomain.UUID, "virtnbd.0");
        Files.createFile(files.socket());
        new BackupRecords(domain).write(domain.record().reserved());
        domain.checkpoint("virtnbd.0");
        domain.job = new FakeJob(new BackupJob(new BackupServer.Unix(files.socket().toString()), List.of(new BackupJobDisk("vda",
                Optional.empty(), "vda", Optional.empty(), files.scratch("vda").toString()))), null);
        CountDownLatch cleaning = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        domain.fault = (number, call, done) -> {
            if (call.equals("abortJob") && !done) {
                cleaning.countDown();
                try {
                    while (goOn.getCount() > 0) {
                        domain.wait(5); // others can make calls meanwhile
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        CompletableFuture<Boolean> recovered = later(() ->
                fixture.backups.recover("web1", fixture.options(RequestedLevel.AUTO)));
        cleaning.await();

        CompletableFuture<RunningBackup> begun = later(() -> fixture.begin(RequestedLevel.FULL));
        Thread.sleep(250);
        assertThat(begun).isNotDone();
        goOn.countDown();

        begun.get(60, TimeUnit.SECONDS).close();
        assertThat(recovered.get()).isTrue();
        fixture.assertNothingIsLeft();
    }

    @Test
    void aPrefixThatFileNamesCannotHaveIsRefusedBeforeAnything() {
        for (String prefix : new String[] {"", "a/b", "2024", "a.7", "x y", "."}) {
            assertThatThrownBy(() -> new DomainBackupOptions(RequestedLevel.AUTO, Set.of(), Set.of(), prefix,
                    FreezeMode.AUTO, Duration.ZERO, directory, Optional.empty(), false, Duration.ZERO,
                    DiskReadOptions.defaults())).as(prefix).isInstanceOf(InvalidNameException.class);
        }
    }
}
