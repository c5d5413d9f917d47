/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.Objects;
import java.util.Optional;

/**
 * A disk in a backup job.
 *
 * @param target      for example {@code vda}
 * @param incremental checkpoint whose changes are served as a bitmap; empty for the whole disk
 * @param exportName  name of the NBD export
 * @param bitmap      name of the bitmap that is exported with an incremental, without the context's {@code qemu:dirty-bitmap:}
 * @param scratch     file on the domain's host for what the guest overwrites during the job; must not exist yet when the job
 *                    begins; null where libvirt does not say, as for a job of another kind
 */
public record BackupJobDisk(String target, Optional<String> incremental, String exportName, Optional<String> bitmap,
                            String scratch) {

    public BackupJobDisk {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(exportName, "exportName");
        if (incremental.isPresent() != bitmap.isPresent()) {
            throw new IllegalArgumentException("disk " + target + ": a bitmap is for an incremental, and only for one");
        }
    }
}
