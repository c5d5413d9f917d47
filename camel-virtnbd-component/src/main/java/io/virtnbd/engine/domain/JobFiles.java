/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.BackupJobDisk;
import io.virtnbd.libvirt.BackupServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of a backup job on the domain's host. Their names have the domain's UUID; by them a job is known to be of this
 * program, whichever process has begun it.
 */
final class JobFiles {

    /** Of a socket's address. Source: unix(7). */
    private static final int MAX_SOCKET_PATH = 107;

    private final Path directory;
    private final String stem;

    /** @param checkpoint of the backup */
    JobFiles(Path directory, String uuid, String checkpoint) {
        this.directory = directory;
        this.stem = stem(uuid) + checkpoint;
    }

    private static String stem(String uuid) {
        return "virtnbd-" + uuid + "-";
    }

    /** @throws DomainBackupException if its path is too long for a socket */
    Path socket() throws DomainBackupException {
        Path socket = directory.resolve(stem + ".sock");
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH) {
            throw new DomainBackupException("the socket " + socket + " has a path of more than " + MAX_SOCKET_PATH
                    + " bytes, which no socket can have; use a shorter scratchDirectory or checkpointPrefix");
        }
        return socket;
    }

    /** A domain that is destroyed leaves its socket behind, on this host where it is one. */
    void removeSocket() throws IOException {
        Files.deleteIfExists(socket());
    }

    Path scratch(String target) {
        return directory.resolve(stem + "-" + target + ".scratch");
    }

    /** Whether a job was begun by this program. */
    static boolean isOurs(BackupJob job, String uuid) {
        return paths(job).anyMatch(path -> path.getFileName() != null
                && path.getFileName().toString().startsWith(stem(uuid)));
    }

    /** The directory of the socket of a job that was begun by this program; empty where it serves over TCP. */
    static Optional<Path> socketDirectory(BackupJob job) {
        return job.server() instanceof BackupServer.Unix unix ? Optional.ofNullable(Path.of(unix.path()).getParent())
                : Optional.empty();
    }

    private static Stream<Path> paths(BackupJob job) {
        Stream<String> scratch = job.disks().stream().map(BackupJobDisk::scratch);
        Stream<String> socket = job.server() instanceof BackupServer.Unix unix ? Stream.of(unix.path()) : Stream.empty();
        return Stream.concat(socket, scratch).filter(path -> path != null && !path.isEmpty()).map(Path::of);
    }
}
