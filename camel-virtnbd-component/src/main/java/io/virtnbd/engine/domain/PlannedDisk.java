/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.Level;
import io.virtnbd.libvirt.DomainDisk;
import java.util.Optional;

/**
 * What becomes of a disk in a backup.
 *
 * @param disk   of the domain
 * @param filed  what its stream is in the chain
 * @param covers what its stream holds: a full where that is the whole disk, under whatever level it is filed
 * @param parent checkpoint that the stream builds on; empty where it is filed as a full or a copy
 * @param since  checkpoint whose bitmap tells what has changed; empty where the whole disk is read
 * @param reason why, in words for people
 */
record PlannedDisk(DomainDisk disk, Level filed, Level covers, String parent, Optional<String> since, String reason) {

    static PlannedDisk base(DomainDisk disk, Level level, String reason) {
        return new PlannedDisk(disk, level, level, "", Optional.empty(), reason);
    }

    /**
     * What builds on a checkpoint: the changes since then or, where these cannot be told, the whole disk, filed as an increment
     * that covers all that was before it.
     *
     * @param whole  why the whole disk; empty for the changes
     * @param reason why the changes
     */
    static PlannedDisk onParent(DomainDisk disk, Level filed, String parent, Optional<String> whole, String reason) {
        return whole.isPresent() ? new PlannedDisk(disk, filed, Level.FULL, parent, Optional.empty(), whole.get())
                : new PlannedDisk(disk, filed, filed, parent, Optional.of(parent), reason);
    }

    /** Why a disk whose changes cannot be tracked is read as a whole. */
    static String whyUntracked(DomainDisk disk) {
        return "disk " + disk.target() + " is " + (disk.readOnly() ? "read-only" : "a " + disk.format() + " image")
                + ", whose changes cannot be tracked: it can be backed up as a whole only";
    }

    String target() {
        return disk.target();
    }
}
