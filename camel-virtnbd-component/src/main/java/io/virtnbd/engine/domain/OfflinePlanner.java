/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.qemu.QemuImage;
import io.virtnbd.libvirt.DomainDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what a backup of a domain that is off will be. No checkpoint can be made then, so that nothing can build on it:
 * changes since the last committed backup are a differential on that one, and the next increment of the running domain has
 * them too. It does nothing and asks nobody.
 */
final class OfflinePlanner {

    private final String domain;
    private final BackupRecord record;
    private final Map<DomainDisk, QemuImage> images;

    /** @param images what is known of the images, in the order of the disks */
    OfflinePlanner(String domain, BackupRecord record, Map<DomainDisk, QemuImage> images) {
        this.domain = domain;
        this.record = record;
        this.images = images;
    }

    /** @throws DomainBackupException if the level that was asked for is not possible */
    BackupPlan plan(RequestedLevel requested) throws DomainBackupException {
        return switch (requested) {
            case COPY -> copy("a copy was asked for");
            case FULL -> throw new DomainBackupException("domain " + domain + " is off, and only a running domain can begin a"
                    + " chain with level=full; start it, or use level=copy or level=auto");
            case INC, DIFF -> {
                Optional<String> obstacle = requested == RequestedLevel.INC ? obstacle()
                        : obstacle().or(this::differentialObstacle);
                if (obstacle.isPresent()) {
                    throw new DomainBackupException("domain " + domain + " is off and cannot be backed up with level="
                            + (requested == RequestedLevel.INC ? "inc" : "diff") + ": " + obstacle.get()
                            + "; start it, or use level=copy or level=auto");
                }
                yield changes();
            }
            case AUTO -> {
                Optional<String> obstacle = obstacle();
                yield obstacle.isPresent() ? copy("the domain is off and " + obstacle.get()) : changes();
            }
        };
    }

    private BackupPlan copy(String reason) {
        return new BackupPlan(Level.COPY, reason, Optional.empty(),
                images.keySet().stream().map(disk -> PlannedDisk.base(disk, Level.COPY, reason)).toList());
    }

    private BackupPlan changes() {
        CommittedChain chain = record.chain().orElseThrow();
        String reason = "the domain is off: changes since " + chain.last() + ", on which nothing will build";
        List<PlannedDisk> planned = new ArrayList<>();
        images.forEach((disk, image) -> {
            ChainDisk known = chain.disk(disk.target()).orElseThrow();
            planned.add(PlannedDisk.onParent(disk, Level.DIFF, known.last(), known.whyWhole(disk, image.virtualSize()), reason));
        });
        return new BackupPlan(Level.DIFF, reason, Optional.of(chain), planned);
    }

    /** Why what has changed since the last committed backup cannot be told; empty if it can. */
    private Optional<String> obstacle() {
        if (images.keySet().stream().noneMatch(DomainDisk::tracksChanges)) {
            return images.keySet().stream().findFirst().map(PlannedDisk::whyUntracked);
        }
        if (record.chain().isEmpty()) {
            return Optional.of("there is no committed full with the prefix " + record.prefix());
        }
        CommittedChain chain = record.chain().get();
        for (Map.Entry<DomainDisk, QemuImage> each : images.entrySet()) {
            Optional<String> obstacle = obstacle(each.getKey(), each.getValue(), chain);
            if (obstacle.isPresent()) {
                return obstacle;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> obstacle(DomainDisk disk, QemuImage image, CommittedChain chain) {
        Optional<ChainDisk> known = chain.disk(disk.target());
        if (known.isEmpty()) {
            return Optional.of("disk " + disk.target() + " is new in the chain");
        }
        String bitmap = known.get().last();
        if (image.virtualSize() < known.get().capacity()) {
            return Optional.of("disk " + disk.target() + " has shrunk from " + known.get().capacity() + " to "
                    + image.virtualSize() + " bytes");
        }
        if (!disk.tracksChanges() || image.virtualSize() != known.get().capacity() || known.get().hasAnotherImage(disk)) {
            return Optional.empty();
        }
        if (image.broken().contains(bitmap)) {
            return Optional.of("the bitmap " + bitmap + " of disk " + disk.target() + " is broken, because QEMU was killed,"
                    + " or does not record what is written");
        }
        if (!image.bitmaps().contains(bitmap)) {
            return Optional.of("the bitmap " + bitmap + " of disk " + disk.target()
                    + " is missing: QEMU was killed before it had stored it, or somebody has removed it");
        }
        if (image.backing().contains(bitmap)) {
            return Optional.of("disk " + disk.target() + " has a snapshot since " + bitmap
                    + ", so its changes are in several bitmaps");
        }
        return Optional.empty();
    }

    private Optional<String> differentialObstacle() {
        CommittedChain chain = record.chain().orElseThrow();
        return images.keySet().stream().map(disk -> chain.disk(disk.target()).orElseThrow())
                .filter(disk -> !disk.base().equals(disk.last())).findFirst()
                .map(disk -> "there are increments since the full " + disk.base() + " of disk " + disk.target()
                        + ", and only the changes since the last one, " + disk.last() + ", are in one bitmap");
    }
}
