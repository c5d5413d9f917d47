/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.BackupJobDisk;
import io.virtnbd.libvirt.BackupServer;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.nbd.server.MemoryExport;
import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.NbdServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A pull job that serves disks of bytes from its own server, on its own socket, with scratch files like libvirt's. */
final class FakeJob {

    final BackupJob definition;
    /** Null for a job that serves nothing. */
    private final NbdServer server;

    FakeJob(BackupJob definition, NbdServer server) {
        this.definition = definition;
        this.server = server;
    }

    static FakeJob start(BackupJob job, Map<String, FakeDomain.FakeDisk> disks) throws LibvirtCallException {
        try {
            NbdServerBuilder server = NbdServer.builder().unixSocket(Path.of(((BackupServer.Unix) job.server()).path()));
            for (BackupJobDisk disk : job.disks()) {
                Files.createFile(Path.of(disk.scratch()));
                MemoryExport export = new MemoryExport(disks.get(disk.target()).capacity);
                export.write(4096, ByteBuffer.wrap(disk.target().getBytes()));
                server.export(disk.exportName(), export);
            }
            return new FakeJob(job, server.build().start());
        } catch (IOException e) {
            throw new LibvirtCallException(LibvirtCallException.Kind.OTHER, "the job cannot start: " + e, e);
        }
    }

    void close() {
        try {
            if (server != null) {
                server.close();
                for (BackupJobDisk disk : definition.disks()) {
                    Files.deleteIfExists(Path.of(disk.scratch()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
