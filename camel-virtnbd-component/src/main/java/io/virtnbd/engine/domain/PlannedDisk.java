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

    /** The changes since a checkpoint. */
    static PlannedDisk changes(DomainDisk disk, Level level, String since, String reason) {
        return new PlannedDisk(disk, level, level, since, Optional.of(since), reason);
    }

    /** The whole disk, filed as an increment that covers all that was before it. */
    static PlannedDisk whole(DomainDisk disk, Level filed, String parent, String reason) {
        return new PlannedDisk(disk, filed, Level.FULL, parent, Optional.empty(), reason);
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
