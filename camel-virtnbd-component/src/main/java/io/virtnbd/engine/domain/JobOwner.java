/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.BackupServer;
import io.virtnbd.libvirt.LibvirtDomain;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The program that has begun a job of ours, and whether it can still be alive. One that lives holds the domain's lock in the
 * directory of its job's files; locks of other hosts, and of containers that do not share that directory, cannot be seen from
 * here, so that their programs must be taken to live.
 */
final class JobOwner {

    private final LibvirtDomain domain;
    private final BackupJob job;

    JobOwner(LibvirtDomain domain, BackupJob job) {
        this.domain = domain;
        this.job = job;
    }

    /**
     * Makes sure that the program has gone.
     *
     * @param held directory in which the caller holds the domain's lock
     * @return to be closed when the job was ended: until then no program can take the domain for free
     * @throws DomainBusyException if the program may still live
     */
    Closeable requireGone(Path held) throws IOException {
        if (!serves(job)) {
            throw busy("whose socket " + ((BackupServer.Unix) job.server()).path() + " cannot be seen from here");
        }
        Optional<String> host = JobFiles.host(job);
        if (!(job.server() instanceof BackupServer.Unix) && host.isPresent() && !host.get().equals(JobFiles.thisHost())) {
            throw busy("on the host " + host.get());
        }
        Optional<Path> directory = JobFiles.directory(job).filter(Files::isDirectory);
        if (directory.isEmpty() || Files.isSameFile(directory.get(), held)) {
            return () -> { };
        }
        return DomainLock.tryAcquire(directory.get(), domain.uuid())
                .orElseThrow(() -> busy("that has its files in " + directory.get()));
    }

    /** Whether a job is seen to serve its disks, as far as that can be seen. */
    static boolean serves(BackupJob job) {
        return !(job.server() instanceof BackupServer.Unix unix)
                || Files.exists(Path.of(unix.path()), LinkOption.NOFOLLOW_LINKS);
    }

    private DomainBusyException busy(String program) {
        return new DomainBusyException("domain " + domain.name() + " is being backed up by a program " + program + "; wait for its"
                + " end or, if it has gone, end the job with virsh domjobabort " + domain.name());
    }
}
