/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.qemu.QemuImage;
import io.virtnbd.libvirt.CheckpointDefinition;
import io.virtnbd.libvirt.DomainDisk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Disks of a few blocks, with bitmaps that track what is written to them, and the checkpoints that libvirt knows. */
final class SimulatedDomain {

    final Map<String, Disk> disks = new TreeMap<>();
    final Map<String, CheckpointDefinition> checkpoints = new LinkedHashMap<>();
    private final Random random;

    SimulatedDomain(Random random) {
        this.random = random;
        attach("vda");
        attach("vdb");
    }

    /** A disk's image: content and bitmaps. */
    static final class Disk {

        final DomainDisk definition;
        final Map<String, Set<Integer>> bitmaps = new HashMap<>();
        List<Integer> blocks = new ArrayList<>();

        Disk(DomainDisk definition) {
            this.definition = definition;
        }

        void write(int block, int value) {
            blocks.set(block, value);
            bitmaps.values().forEach(dirty -> dirty.add(block));
        }

        /** What an increment or, without bitmap, a full holds. */
        Map<Integer, Integer> read(Optional<String> since) {
            Map<Integer, Integer> content = new TreeMap<>();
            for (int block = 0; block < blocks.size(); block++) {
                if (since.isEmpty() || bitmaps.get(since.get()).contains(block)) {
                    content.put(block, blocks.get(block));
                }
            }
            return content;
        }
    }

    private Disk attach(String target) {
        Disk disk = new Disk(new DomainDisk(target, "disk", "file", random.nextInt(4) == 0 ? "raw" : "qcow2",
                Optional.of("/images/" + target), false));
        for (int block = 0; block < 8; block++) {
            disk.blocks.add(random.nextInt());
        }
        disks.put(target, disk);
        return disk;
    }

    /** The guest writes, and now and then somebody does something to a disk or a checkpoint. */
    void live() {
        disks.values().forEach(disk -> {
            for (int writes = random.nextInt(3); writes > 0; writes--) {
                disk.write(random.nextInt(disk.blocks.size()), random.nextInt());
            }
        });
        String target = "vd" + (char) ('a' + random.nextInt(4));
        Disk disk = disks.get(target);
        switch (random.nextInt(30)) {
            case 0, 1 -> attach(target); // a new disk, or another image in the place of an old one
            case 2 -> {
                if (disks.size() > 1) {
                    disks.remove(target);
                }
            }
            case 3 -> {
                if (disk != null) {
                    disk.blocks.add(0);
                    disk.write(disk.blocks.size() - 1, random.nextInt());
                }
            }
            case 4 -> {
                if (disk != null && disk.blocks.size() > 4) {
                    int last = disk.blocks.size() - 1;
                    disk.blocks.remove(last);
                    disk.bitmaps.values().forEach(dirty -> dirty.remove(last));
                }
            }
            case 5 -> {
                if (!checkpoints.isEmpty()) {
                    delete(List.copyOf(checkpoints.keySet()).get(random.nextInt(checkpoints.size())));
                }
            }
            case 6 -> {
                if (disk != null) {
                    disk.bitmaps.clear();
                }
            }
            case 7 -> make("somebody." + random.nextInt(1000), List.of("vda"));
            default -> { }
        }
    }

    void make(String checkpoint, List<String> targets) {
        checkpoints.put(checkpoint, new CheckpointDefinition(checkpoint, Optional.empty(), targets));
        targets.stream().map(disks::get).filter(disk -> disk != null && disk.definition.tracksChanges())
                .forEach(disk -> disk.bitmaps.put(checkpoint, new TreeSet<>()));
    }

    void delete(String checkpoint) {
        checkpoints.remove(checkpoint);
        disks.values().forEach(disk -> disk.bitmaps.remove(checkpoint));
    }

    List<Disk> select() {
        List<Disk> selected = new ArrayList<>(disks.values());
        if (random.nextInt(4) == 0) {
            Disk kept = selected.get(random.nextInt(selected.size()));
            selected.removeIf(disk -> disk != kept && random.nextBoolean());
        }
        return selected;
    }

    static Map<DomainDisk, QemuImage> images(List<Disk> selected) {
        Map<DomainDisk, QemuImage> images = new LinkedHashMap<>();
        selected.forEach(disk -> images.put(disk.definition,
                new QemuImage(disk.blocks.size(), disk.bitmaps.keySet(), Set.of(), Set.of())));
        return images;
    }
}
