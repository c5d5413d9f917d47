/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A chain, as far as its backups were committed.
 *
 * @param full  checkpoint of the full that it begins with
 * @param last  checkpoint of the last backup that others can build on
 * @param disks all disks that ever had a part in it, whether or not in the last backup
 * @param id    that its streams bear; empty where they bear none
 */
record CommittedChain(String full, String last, List<ChainDisk> disks, String id) {

    CommittedChain(String full, String last, List<ChainDisk> disks) {
        this(full, last, disks, "");
    }

    CommittedChain {
        disks = List.copyOf(disks);
        if (disks.stream().map(ChainDisk::target).distinct().count() < disks.size()) {
            throw new IllegalArgumentException("the chain of " + full + " has a disk twice: " + disks);
        }
    }

    Optional<ChainDisk> disk(String target) {
        return disks.stream().filter(disk -> disk.target().equals(target)).findFirst();
    }

    /** The checkpoints that a later backup may build on. All others are of no use any more. */
    Set<String> needed() {
        Set<String> needed = new TreeSet<>();
        for (ChainDisk disk : disks) {
            needed.add(disk.base());
            needed.add(disk.last());
        }
        return needed;
    }

    /** All checkpoints that are named in it. */
    Set<String> checkpoints() {
        Set<String> named = needed();
        named.add(full);
        named.add(last);
        return named;
    }
}
