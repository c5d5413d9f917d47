/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.StreamFileName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The backup of a bare export: one disk, and a minimal domain XML. An export has no checkpoints, so there is nothing to commit and
 * nothing to roll back. Safe for use by several threads.
 */
public final class ExportBackup implements RunningBackup {

    private static final String REASON = "a bare export has no checkpoints";

    private final BackupDescription description;
    private final BackedUpDisk disk;
    private final SideFile domainXml;

    private ExportBackup(String name, DiskBackupOptions options, DiskBackup backup) {
        this.description = new BackupDescription(name, options.level(), REASON, options.checkpoint(),
                options.parentCheckpoint(), chain(options), options.date(), Optional.empty());
        this.disk = new BackedUpDisk(backup, StreamFileName.of(options.disk(), options.level(), options.checkpoint(), 0),
                options.level(), REASON);
        this.domainXml = new SideFile(BackupFileNames.domainXml(options.checkpoint()), SideFileKind.DOMAIN_XML,
                Optional.empty(), new DomainXml(name, backup.metadata()));
    }

    /** The checkpoint's name is always the same, and each backup a chain of its own: so its date tells it from others. */
    private static String chain(DiskBackupOptions options) {
        return options.checkpoint() + "." + options.date().replaceAll("[-:.]", "");
    }

    /**
     * Connects to the export and plans its backup.
     *
     * @param name    what the backup is called, in place of a domain
     * @param options of a copy
     * @throws IllegalArgumentException if the options are not those of a copy, or the name cannot be written as XML
     * @throws DiskBackupException      if the export cannot be backed up as a whole
     * @throws IOException              if it cannot be reached
     */
    public static ExportBackup open(String name, DiskBackupOptions options) throws IOException {
        if (!options.level().isBase()) {
            throw new IllegalArgumentException("level of the bare export " + options.uri() + " is " + options.level().label()
                    + ", expected copy");
        }
        DiskBackup backup = DiskBackup.open(options);
        try {
            return new ExportBackup(name, options, backup);
        } catch (RuntimeException | Error e) {
            backup.close();
            throw e;
        }
    }

    @Override
    public BackupDescription description() {
        return description;
    }

    @Override
    public List<BackedUpDisk> disks() {
        return List.of(disk);
    }

    @Override
    public List<SideFile> sideFiles() {
        return List.of(domainXml);
    }

    @Override
    public void commit() {
    }

    @Override
    public void close() throws IOException {
        disk.backup().close();
    }
}
