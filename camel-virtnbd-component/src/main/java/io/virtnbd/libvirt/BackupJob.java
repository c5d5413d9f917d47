/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.List;

/**
 * A pull backup job. Disks that are not named take no part.
 *
 * @param server where it serves the disks; null where libvirt does not say
 * @param disks  that are served
 */
public record BackupJob(BackupServer server, List<BackupJobDisk> disks) {

    public BackupJob {
        disks = List.copyOf(disks);
    }
}
