/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.DomainDefinition;
import io.virtnbd.libvirt.DomainDisk;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which disks of a domain are backed up: all that are disks, as far as the request does not say otherwise. */
final class DiskSelection {

    private DiskSelection() {
    }

    /**
     * Selects disks, in the order of the definition. Drives for CDs and floppies are never selected.
     *
     * @param included targets; empty for all
     * @param excluded targets; those that the domain does not have are ignored, so that one list can serve many domains
     * @throws DomainBackupException if a disk is asked for that there is not, or none is left
     */
    static List<DomainDisk> select(DomainDefinition domain, Set<String> included, Set<String> excluded)
            throws DomainBackupException {
        List<DomainDisk> disks = domain.disks().stream().filter(DomainDisk::isDisk).toList();
        String known = disks.stream().map(DomainDisk::target).collect(Collectors.joining(", "));
        for (String target : included) {
            if (disks.stream().noneMatch(disk -> disk.target().equals(target))) {
                throw new DomainBackupException("domain " + domain.name() + " has no disk " + target + ", found "
                        + (known.isEmpty() ? "none" : known));
            }
        }
        List<DomainDisk> selected = disks.stream()
                .filter(disk -> included.isEmpty() || included.contains(disk.target()))
                .filter(disk -> !excluded.contains(disk.target()))
                .toList();
        if (selected.isEmpty()) {
            throw new DomainBackupException("domain " + domain.name() + ": expected a disk to back up, found "
                    + (known.isEmpty() ? "none" : known + ", of which the options disks and excludeDisks leave none"));
        }
        return selected;
    }
}
