/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A request that is sent again makes one backup and no more. */
@Timeout(120)
class RepeatedRequestTest {

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

    private DomainBackupOptions options(RequestedLevel level, String id) {
        return fixture.options(level).withRequestId(Optional.of(id));
    }

    private BackupDescription backUp(DomainBackupOptions options) throws IOException {
        try (RunningBackup backup = fixture.backups.begin("web1", options)) {
            FakeFixture.deliver(backup);
            backup.commit();
            return backup.description();
        }
    }

    private BackupDescription repeated(DomainBackupOptions options) {
        RepeatedRequestException repeated = catchThrowableOfType(RepeatedRequestException.class,
                () -> fixture.backups.begin("web1", options));
        assertThat(repeated).isNotNull();
        return repeated.backup();
    }

    private void assertSame(BackupDescription repeated, BackupDescription made) {
        assertThat(repeated).usingRecursiveComparison().ignoringFields("reason", "frozen").isEqualTo(made);
        assertThat(repeated.reason()).isEqualTo("request " + made.requestId().orElseThrow() + " has made this backup already");
    }

    @ParameterizedTest
    @EnumSource(value = RequestedLevel.class, names = {"AUTO", "FULL", "COPY"})
    void isToldOfTheBackupThatItHasMade(RequestedLevel level) throws Exception {
        BackupDescription made = backUp(options(level, "r1"));
        String metadata = domain.metadata;
        int calls = domain.calls.size();

        assertSame(repeated(options(level, "r1")), made);

        assertThat(domain.metadata).isEqualTo(metadata);
        assertThat(domain.calls.subList(calls, domain.calls.size()))
                .isSubsetOf("isActive", "backupJob", "hasJob", "metadata", "checkpoints");
        fixture.assertNothingIsLeft();
    }

    @Test
    void isTheSameRequestAlsoWhereItAsksForSomethingElse() throws Exception {
        BackupDescription made = backUp(options(RequestedLevel.FULL, "r1"));

        assertSame(repeated(options(RequestedLevel.COPY, "r1")), made);
    }

    @Test
    void isToldOfItsBackupAlsoAfterLaterOnes() throws Exception {
        BackupDescription made = backUp(options(RequestedLevel.FULL, "r1"));
        BackupDescription second = backUp(options(RequestedLevel.COPY, "r2"));
        fixture.backUp(RequestedLevel.FULL);

        assertSame(repeated(options(RequestedLevel.FULL, "r1")), made);
        assertSame(repeated(options(RequestedLevel.FULL, "r2")), second);
    }

    @Test
    void makesABackupWhereTheFirstWasRolledBack() throws Exception {
        try (RunningBackup backup = fixture.backups.begin("web1", options(RequestedLevel.FULL, "r1"))) {
            FakeFixture.deliver(backup);
        }

        assertThat(backUp(options(RequestedLevel.FULL, "r1")).checkpoint()).isEqualTo("virtnbd.1");
        assertThat(repeated(options(RequestedLevel.FULL, "r1")).checkpoint()).isEqualTo("virtnbd.1");
    }

    @Test
    void makesABackupWhereTheCommitOfTheFirstFailed() throws Exception {
        try (RunningBackup backup = fixture.backups.begin("web1", options(RequestedLevel.FULL, "r1"))) {
            domain.fault = FakeDomain.Fault.of("setMetadata", Kind.OTHER);
            assertThatThrownBy(backup::commit).hasMessageContaining("setMetadata");
            domain.fault = FakeDomain.Fault.NONE;
        }

        assertThat(backUp(options(RequestedLevel.FULL, "r1")).checkpoint()).isEqualTo("virtnbd.1");
    }

    @Test
    void makesABackupWhereTheFirstCouldNotBegin() throws Exception {
        domain.fault = FakeDomain.Fault.of("inactiveXml", Kind.OTHER);
        assertThatThrownBy(() -> fixture.backups.begin("web1", options(RequestedLevel.FULL, "r1")))
                .hasMessageContaining("inactiveXml");
        domain.fault = FakeDomain.Fault.NONE;

        assertThat(backUp(options(RequestedLevel.FULL, "r1")).level()).isEqualTo(Level.FULL);
    }

    @Test
    void isAnotherRequestForAnotherPrefix() throws Exception {
        backUp(options(RequestedLevel.FULL, "r1"));
        DomainBackupOptions weekly = fixture.options(RequestedLevel.FULL);
        weekly = new DomainBackupOptions(weekly.level(), weekly.disks(), weekly.excludedDisks(), "weekly", weekly.freeze(),
                weekly.freezeTimeout(), weekly.scratchDirectory(), weekly.server(), false, Duration.ZERO, weekly.reading(),
                Optional.of("r1"));

        assertThat(backUp(weekly).checkpoint()).isEqualTo("weekly.0");
        assertThat(repeated(weekly).checkpoint()).isEqualTo("weekly.0");
    }

    @Test
    void isAnsweredOnlyWhenTheFirstHasEnded() throws Exception {
        try (RunningBackup first = fixture.backups.begin("web1", options(RequestedLevel.FULL, "r1"))) {
            FakeFixture.deliver(first);
            first.commit();
            assertThatThrownBy(() -> fixture.backups.begin("web1", options(RequestedLevel.FULL, "r1")))
                    .isInstanceOf(DomainBusyException.class);
        }
        assertThat(repeated(options(RequestedLevel.FULL, "r1")).checkpoint()).isEqualTo("virtnbd.0");
    }

    /** What a killed program leaves is cleaned up first: its backup was committed, its job still runs. */
    @Test
    void isAnsweredAfterWhatAKilledProgramHasLeftIsCleanedUp() throws Exception {
        backUp(options(RequestedLevel.FULL, "r1"));
        new BackupRecords(domain).write(domain.record().reserved());
        domain.checkpoint("virtnbd.1");

        assertThat(repeated(options(RequestedLevel.FULL, "r1")).checkpoint()).isEqualTo("virtnbd.0");

        assertThat(domain.checkpoints).containsOnlyKeys("virtnbd.0");
        fixture.assertNothingIsLeft();
    }

    @Test
    void isKnownThoughSomebodyElseHasMadeACheckpointOfThePrefix() throws Exception {
        backUp(options(RequestedLevel.FULL, "r1"));
        domain.checkpoint("virtnbd.7");

        assertThat(backUp(options(RequestedLevel.FULL, "r2")).checkpoint()).isEqualTo("virtnbd.8");

        assertThat(repeated(options(RequestedLevel.FULL, "r1")).checkpoint()).isEqualTo("virtnbd.0");
        assertThat(repeated(options(RequestedLevel.FULL, "r2")).checkpoint()).isEqualTo("virtnbd.8");
    }

    @Test
    void makesOneBackupOfManyThatWaitForEachOther() {
        CountDownLatch start = new CountDownLatch(1);
        ConcurrentLinkedQueue<String> made = new ConcurrentLinkedQueue<>();
        DomainBackupOptions waiting = FakeFixture.options(RequestedLevel.AUTO, directory, Duration.ofSeconds(40))
                .withRequestId(Optional.of("r1"));
        List<CompletableFuture<String>> all = IntStream.range(0, 6).mapToObj(i -> CompletableFuture.supplyAsync(() -> {
            try (DomainBackups other = new DomainBackups(() -> new FakeConnection(domain))) {
                start.await();
                try (RunningBackup backup = other.begin("web1", waiting)) {
                    made.add(backup.description().checkpoint());
                    backup.commit();
                    return backup.description().checkpoint();
                } catch (RepeatedRequestException e) {
                    return e.backup().checkpoint();
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }, task -> new Thread(task).start())).toList();

        start.countDown();

        assertThat(all).extracting(CompletableFuture::join).containsOnly("virtnbd.0");
        assertThat(made).containsExactly("virtnbd.0");
    }

    @Test
    void isNobodysWhereThereIsNoId() throws Exception {
        assertThat(fixture.backUp(RequestedLevel.FULL)).isEqualTo("virtnbd.0");
        assertThat(fixture.backUp(RequestedLevel.FULL)).isEqualTo("virtnbd.1");
        assertThat(domain.record().requests()).isEmpty();
    }

    @Test
    void needsAnIdThatCanBeRecorded() {
        assertThatThrownBy(() -> options(RequestedLevel.AUTO, "a\nb")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("requestId").hasMessageContaining("U+000A");
    }
}
