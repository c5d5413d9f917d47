/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.Level;
import io.virtnbd.chain.StreamFileName;
import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.engine.ServedDisk;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.DiskBackup;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.backup.SideFile;
import io.virtnbd.engine.backup.SideFileKind;
import io.virtnbd.engine.domain.DomainBackupOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/** An increment of a domain with two disks, the second of which is new. Counts what is done to it. */
public final class ScriptedBackup implements RunningBackup {

    public static final String DATE = "2025-01-02T03:04:05.000006";

    public final AtomicInteger commits = new AtomicInteger();
    public final AtomicInteger closes = new AtomicInteger();
    public volatile IOException commitFailure;
    public volatile Error commitError;
    private final BackupDescription description;
    private final List<BackedUpDisk> disks;
    private final List<SideFile> sideFiles;

    public ScriptedBackup(String domain, ServedDisk vda, ServedDisk vdb, DomainBackupOptions asked) throws IOException {
        description = new BackupDescription(domain, Level.INC, "the chain can go on", "virtnbd.1", "virtnbd.0", "virtnbd.0",
                DATE, Optional.of(Duration.ofMillis(12)), asked.requestId());
        DiskReadOptions reading = asked.reading();
        disks = List.of(
                disk(vda, "vda", Level.INC, "the chain can go on", reading),
                disk(vdb, "vdb", Level.FULL, "the disk is new", reading));
        sideFiles = List.of(
                new SideFile("vmconfig.virtnbd.1.xml", SideFileKind.DOMAIN_XML, Optional.empty(), text("<domain/>")),
                new SideFile("checkpoints/virtnbd.1.xml", SideFileKind.CHECKPOINT_XML, Optional.empty(), text("<cp/>")),
                new SideFile("vda.virtnbd.1.qcow.json", SideFileKind.IMAGE_INFO, Optional.of("vda"), text("{}")));
    }

    private static BackedUpDisk disk(ServedDisk served, String name, Level level, String reason, DiskReadOptions reading)
            throws IOException {
        DiskBackup backup = DiskBackup.open(new DiskBackupOptions(served.uri(), name, "qcow2", level, Optional.empty(),
                "virtnbd.1", level == Level.INC ? "virtnbd.0" : "", DATE, "", reading));
        return new BackedUpDisk(backup, StreamFileName.of(name, level, "virtnbd.1", 0), level, reason);
    }

    private static ReopenableStream text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new ReopenableStream() {
            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }

            @Override
            public OptionalLong length() {
                return OptionalLong.of(bytes.length);
            }
        };
    }

    @Override
    public BackupDescription description() {
        return description;
    }

    @Override
    public List<BackedUpDisk> disks() {
        return disks;
    }

    @Override
    public List<SideFile> sideFiles() {
        return sideFiles;
    }

    @Override
    public void commit() throws IOException {
        commits.incrementAndGet();
        if (commitFailure != null) {
            throw commitFailure;
        }
        if (commitError != null) {
            throw commitError;
        }
    }

    @Override
    public void close() throws IOException {
        closes.incrementAndGet();
        for (BackedUpDisk disk : disks) {
            disk.backup().close();
        }
    }
}
