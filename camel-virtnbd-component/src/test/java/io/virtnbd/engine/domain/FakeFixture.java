/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.backup.SideFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Backups of a domain in memory. */
final class FakeFixture {

    final FakeDomain domain = new FakeDomain();
    final DomainBackups backups = new DomainBackups(() -> new FakeConnection(domain));
    private final Path directory;

    /** @param directory for sockets, locks and scratch files; its path must be short */
    FakeFixture(Path directory) {
        this.directory = directory;
    }

    DomainBackupOptions options(RequestedLevel level) {
        return options(level, directory, Duration.ZERO);
    }

    static DomainBackupOptions options(RequestedLevel level, Path directory, Duration wait) {
        return new DomainBackupOptions(level, Set.of(), Set.of(), "virtnbd", FreezeMode.AUTO, Duration.ofSeconds(1), directory,
                Optional.empty(), false, wait, DiskReadOptions.defaults());
    }

    RunningBackup begin(RequestedLevel level) throws IOException {
        return backups.begin("web1", options(level));
    }

    static void deliver(RunningBackup backup) throws IOException {
        for (BackedUpDisk disk : backup.disks()) {
            try (InputStream content = disk.backup().disk().open()) {
                content.transferTo(OutputStream.nullOutputStream());
            }
        }
        for (SideFile file : backup.sideFiles()) {
            try (InputStream content = file.content().open()) {
                content.readAllBytes();
            }
        }
    }

    /** Makes a whole backup; returns its checkpoint. */
    String backUp(RequestedLevel level) throws IOException {
        try (RunningBackup backup = begin(level)) {
            deliver(backup);
            backup.commit();
            return backup.description().checkpoint();
        }
    }

    /** No job, no file but that of the locks, no lock and no pending backup is left. */
    void assertNothingIsLeft() throws Exception {
        assertThat(domain.job).as("job").isNull();
        assertThat(domain.frozen).as("frozen").isFalse();
        assertThat(domain.record().pending()).as("pending").isFalse();
        assertThat(domain.checkpoints.keySet().stream().filter(domain.record()::isOrphan)).as("orphans").isEmpty();
        try (var files = Files.list(directory)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).isSubsetOf(List.of("virtnbd.lock"));
        }
        assertLockIsFree();
    }

    void assertLockIsFree() throws IOException {
        Optional<DomainLock> lock = DomainLock.tryAcquire(directory, FakeDomain.UUID);
        assertThat(lock).as("lock").isPresent();
        lock.get().close();
    }
}
