/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.DiskReadOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Which disks of a domain are backed up, and how.
 *
 * @param level            what to cover
 * @param disks            target names of the disks to back up; empty for all
 * @param excludedDisks    target names of disks to leave out
 * @param checkpointPrefix first part of the names of checkpoints; a domain has one chain for each prefix
 * @param freeze           whether the guest's file systems are frozen while the backup begins
 * @param freezeTimeout    how long the guest agent may take for one answer
 * @param scratchDirectory absolute directory on the domain's host for what the guest overwrites during the backup, and for the
 *                         socket that serves the disks
 * @param server           where the disks are served over TCP; empty for a unix socket, which takes a domain on this host
 * @param includeSecrets   whether the domain XML keeps passwords
 * @param waitForDomain    how long to wait for another backup of the domain to end; zero for not at all
 * @param reading          how the disks are read
 * @param requestId        of the request that asks for the backup, which makes one and no more; empty where it has none
 * @throws IllegalArgumentException              if an option is none that can be
 * @throws io.virtnbd.chain.InvalidNameException if the names of files cannot have the prefix
 */
public record DomainBackupOptions(RequestedLevel level, Set<String> disks, Set<String> excludedDisks, String checkpointPrefix,
                                  FreezeMode freeze, Duration freezeTimeout, Path scratchDirectory,
                                  Optional<BackupServerAddress> server, boolean includeSecrets, Duration waitForDomain,
                                  DiskReadOptions reading, Optional<String> requestId) {

    public static final Path DEFAULT_SCRATCH_DIRECTORY = Path.of("/var/tmp");
    public static final Duration DEFAULT_FREEZE_TIMEOUT = Duration.ofSeconds(30);

    public DomainBackupOptions {
        disks = Set.copyOf(disks);
        excludedDisks = Set.copyOf(excludedDisks);
        BackupFileNames.stream("vda", Level.INC, checkpointPrefix + ".10000", 0);
        if (!scratchDirectory.isAbsolute()) {
            throw new IllegalArgumentException("scratchDirectory is '" + scratchDirectory + "', expected an absolute path");
        }
        requestId.ifPresent(id -> RequestId.check("requestId", id));
    }

    /** Of a request without an id. */
    public DomainBackupOptions(RequestedLevel level, Set<String> disks, Set<String> excludedDisks, String checkpointPrefix,
            FreezeMode freeze, Duration freezeTimeout, Path scratchDirectory, Optional<BackupServerAddress> server,
            boolean includeSecrets, Duration waitForDomain, DiskReadOptions reading) {
        this(level, disks, excludedDisks, checkpointPrefix, freeze, freezeTimeout, scratchDirectory, server, includeSecrets,
                waitForDomain, reading, Optional.empty());
    }

    /** The same for another request. */
    public DomainBackupOptions withRequestId(Optional<String> id) {
        return new DomainBackupOptions(level, disks, excludedDisks, checkpointPrefix, freeze, freezeTimeout, scratchDirectory,
                server, includeSecrets, waitForDomain, reading, id);
    }
}
