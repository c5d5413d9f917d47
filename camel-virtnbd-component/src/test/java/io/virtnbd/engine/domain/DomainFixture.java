/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.backup.SideFile;
import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.libvirt.LibvirtOptions;
import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** A domain, its backups, and a directory that they are delivered to. */
final class DomainFixture implements AutoCloseable {

    final TestDomain domain;
    final DomainBackups backups = new DomainBackups(LibvirtOptions.of(LibvirtOptions.DEFAULT_URI));
    private final Path directory;
    private int files;

    DomainFixture(Path directory, TestDomain domain) {
        this.directory = directory;
        this.domain = domain;
    }

    static DomainBackupOptions options(RequestedLevel level) {
        return options(level, Set.of(), Set.of());
    }

    static DomainBackupOptions options(RequestedLevel level, Set<String> disks, Set<String> excluded) {
        return new DomainBackupOptions(level, disks, excluded, "virtnbd", FreezeMode.AUTO,
                DomainBackupOptions.DEFAULT_FREEZE_TIMEOUT, DomainBackupOptions.DEFAULT_SCRATCH_DIRECTORY, Optional.empty(),
                false, Duration.ZERO, DiskReadOptions.defaults());
    }

    RunningBackup begin(RequestedLevel level) throws IOException {
        return backups.begin(domain.name(), options(level));
    }

    BackupDescription backUp(RequestedLevel level) throws IOException {
        return backUp(options(level));
    }

    /** Makes a backup, delivers it whole and commits it. */
    BackupDescription backUp(DomainBackupOptions options) throws IOException {
        try (RunningBackup backup = backups.begin(domain.name(), options)) {
            deliver(backup);
            backup.commit();
            return backup.description();
        }
    }

    /** Writes everything to the directory of the backup's chain. */
    void deliver(RunningBackup backup) throws IOException {
        Path set = set(backup.description().chain());
        for (BackedUpDisk disk : backup.disks()) {
            write(disk.backup().disk(), set.resolve(disk.fileName().text()));
        }
        for (SideFile file : backup.sideFiles()) {
            write(file.content(), set.resolve(file.name()));
        }
    }

    Path set(String chain) throws IOException {
        return Files.createDirectories(directory.resolve("set-" + chain));
    }

    private static void write(ReopenableStream stream, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (InputStream content = stream.open()) {
            Files.copy(content, file);
        }
    }

    /** The content of a disk as the guest sees it now. */
    Path content(String disk) {
        return domain.snapshotContent(disk, directory.resolve("content-" + files++ + ".raw"));
    }

    /** Restores a disk until a backup to a raw image. */
    Path restore(BackupDescription backup, String disk) throws IOException {
        Path image = directory.resolve("restored-" + files++ + ".raw");
        var chain = BackupDirectory.read(set(backup.chain())).chain(disk, Until.checkpoint(backup.checkpoint()));
        DiskRestore.restore(chain.members().stream().map(member -> StreamInput.of(member.file())).toList(),
                RestoreOptions.toImage(image, ImageFormat.RAW));
        return image;
    }

    /** Restores a disk until a checkpoint and compares it. */
    void assertRestores(BackupDescription backup, String disk, Path expected) throws IOException {
        Path image = restore(backup, disk);
        assertThat(Files.mismatch(image, expected)).as("%s of %s until %s", disk, backup.chain(), backup.checkpoint())
                .isEqualTo(-1);
        Files.delete(image);
    }

    @Override
    public void close() {
        backups.close();
        domain.close();
    }
}
