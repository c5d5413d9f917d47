/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.DomainDisk;
import java.util.Optional;

/**
 * What is known of a disk from the committed backups of a chain.
 *
 * @param target   for example {@code vda}
 * @param base     checkpoint of the last backup that holds the whole disk; a differential builds on it
 * @param last     checkpoint of the last backup; an increment builds on it
 * @param capacity size at the last backup in bytes
 * @param image    path of the image at the last backup; empty where it has none, or it is not known
 */
record ChainDisk(String target, String base, String last, long capacity, String image) {

    ChainDisk(String target, String base, String last, long capacity) {
        this(target, base, last, capacity, "");
    }

    /**
     * Whether the disk has another image than at the last backup, whose bitmap may tell of changes since another backup that has
     * the same name.
     */
    boolean hasAnotherImage(DomainDisk disk) {
        return !image.isEmpty() && !image.equals(disk.path().orElse(""));
    }

    /**
     * Why the disk has to be read as a whole, whatever bitmaps there are; empty if a bitmap can tell its changes.
     *
     * @param capacityNow size of the disk in bytes
     */
    Optional<String> whyWhole(DomainDisk disk, long capacityNow) {
        if (!disk.tracksChanges()) {
            return Optional.of(PlannedDisk.whyUntracked(disk));
        }
        if (capacityNow != capacity) {
            return Optional.of("disk " + target + " was resized from " + capacity + " to " + capacityNow + " bytes");
        }
        if (hasAnotherImage(disk)) {
            return Optional.of("disk " + target + " has another image than at the last backup: "
                    + disk.path().orElse("none") + " in place of " + image);
        }
        return Optional.empty();
    }
}
