/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.BackupJobDisk;
import io.virtnbd.libvirt.BackupServer;
import io.virtnbd.libvirt.CheckpointDefinition;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import io.virtnbd.nbd.protocol.NbdAddress;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The job of a running domain that serves its disks as they are at one point in time. */
final class PullJob implements Closeable {

    /** The bitmap as it is exported; it has no name in the image. */
    private static final String BITMAP = "changes";

    private final LibvirtDomain domain;
    private final BackupPlan plan;
    private final BackupServer server;
    private final JobFiles files;
    private boolean begun;

    /** @throws DomainBackupException if the scratch directory is of no use for a socket */
    PullJob(LibvirtDomain domain, BackupPlan plan, DomainBackupOptions options, String checkpoint) throws DomainBackupException {
        this.domain = domain;
        this.plan = plan;
        this.files = new JobFiles(options.scratchDirectory(), domain.uuid(), checkpoint);
        this.server = options.server().isPresent()
                ? new BackupServer.Tcp(options.server().get().host(), options.server().get().port(), options.server().get().tls())
                : new BackupServer.Unix(files.socket().toString());
    }

    /** Begins the job and, in the same moment, makes the checkpoint, where the plan has disks to track. */
    void begin(String checkpoint) throws LibvirtCallException {
        List<BackupJobDisk> disks = new ArrayList<>();
        for (PlannedDisk disk : plan.disks()) {
            disks.add(new BackupJobDisk(disk.target(), disk.since(), disk.target(), disk.since().map(since -> BITMAP),
                    files.scratch(disk.target()).toString()));
        }
        List<String> tracked = plan.tracked();
        begun = true; // when the call fails it may have begun nevertheless
        domain.beginBackup(new BackupJob(server, disks),
                tracked.isEmpty() ? null : new CheckpointDefinition(checkpoint, Optional.empty(), tracked));
    }

    NbdUri uri(PlannedDisk disk) {
        if (server instanceof BackupServer.Tcp tcp) {
            return new NbdUri(tcp.tls(), new NbdAddress.Tcp(tcp.host(), tcp.port()), disk.target(), Optional.empty());
        }
        return NbdUri.unix(Path.of(((BackupServer.Unix) server).path()), disk.target());
    }

    /** The meta context that tells what has changed. */
    Optional<String> bitmap(PlannedDisk disk) {
        return disk.since().map(since -> DiskOpener.bitmapContext(BITMAP));
    }

    /** Ends the job, if it is still this one: a domain that was started again can have another by now. */
    @Override
    public void close() throws IOException {
        if (!begun) {
            return;
        }
        end();
        if (server instanceof BackupServer.Unix) {
            files.removeSocket(); // not of a job that goes on: by it a later backup sees that its program is of this host
        }
    }

    private void end() throws IOException {
        if (!domain.isActive()) {
            return;
        }
        Optional<BackupJob> running = domain.backupJob();
        if (running.isPresent() && running.get().disks().stream()
                .anyMatch(disk -> files.scratch(disk.target()).toString().equals(disk.scratch()))) {
            domain.abortJob();
        }
    }
}
