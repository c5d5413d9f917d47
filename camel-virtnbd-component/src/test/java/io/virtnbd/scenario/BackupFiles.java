/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.chain.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Adler32;

/** The files of one backup, and in the end what tells whether they are whole. */
final class BackupFiles {
    /** What there is to compare files with. */
    enum Checksums {
        /** This project's manifest. */
        MANIFEST,
        /** virtnbdbackup's Adler-32 of each stream. */
        ADLER,
        NONE
    }

    private final Path directory;
    private final Checksums checksums;
    private final String domain;
    private final List<ManifestEntry> entries = new ArrayList<>();

    BackupFiles(Path directory, Checksums checksums, String domain) {
        this.directory = directory;
        this.checksums = checksums;
        this.domain = domain;
    }

    Path stream(String name, byte[] content, String disk) throws IOException {
        if (checksums == Checksums.ADLER) {
            Adler32 adler = new Adler32();
            adler.update(content);
            Files.writeString(directory.resolve(name + ".chksum"), Long.toString(adler.getValue()));
        }
        return add(name, content, "disk", disk);
    }

    private Path add(String name, byte[] content, String artifact, String disk) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
        entries.add(new ManifestEntry(name, content.length, Sha256.of(file), artifact, disk));
        return file;
    }

    void sideFiles(String checkpoint, List<String> disks) throws IOException {
        add(BackupFileNames.domainXml(checkpoint), ("<domain><name>" + domain + "</name></domain>")
                .getBytes(StandardCharsets.UTF_8), "domain-xml", null);
        add(BackupFileNames.checkpointXml(checkpoint), ("<domaincheckpoint><name>" + checkpoint + "</name></domaincheckpoint>")
                .getBytes(StandardCharsets.UTF_8), "checkpoint-xml", null);
        for (String disk : disks) {
            add(BackupFileNames.imageInfo(disk, checkpoint), "{\"format\": \"qcow2\"}".getBytes(StandardCharsets.UTF_8),
                    "image-info", disk);
        }
    }

    void end(Level level, String checkpoint, String parent, String date) throws IOException {
        if (checksums == Checksums.MANIFEST) {
            Files.write(directory.resolve(BackupFileNames.manifest(domain, checkpoint)),
                    new Manifest(domain, level.label(), checkpoint, parent, date, entries).toJson());
        }
    }
}
