/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import io.virtnbd.chain.Level;
import io.virtnbd.chain.StreamFileName;
import io.virtnbd.scenario.BackupFiles.Checksums;
import io.virtnbd.scenario.StreamFlavour.Payload;
import io.virtnbd.scenario.StreamFlavour.Range;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A backup set of some disks, made at random: levels, sizes, flavours of streams, segments, disks that grow, come later or are
 * left out of a backup. Knows what each disk was at each checkpoint from bytes alone. The same seed makes the same set.
 */
final class RandomBackups {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS");

    private final Path directory;
    private final Random random;
    private final Checksums checksums;
    private final String prefix;
    private final String domain;
    private final String chainId;
    private final int largest;
    private final List<DiskHistory> disks = new ArrayList<>();
    private LocalDateTime date = LocalDateTime.of(2026, 1, 2, 3, 4, 5);
    private int number;

    private RandomBackups(Path directory, long seed, int largest, Checksums checksums) {
        this.directory = directory;
        this.random = new Random(seed);
        this.checksums = checksums;
        this.largest = largest;
        prefix = checksums == Checksums.ADLER ? "virtnbdbackup" : "virtnbd";
        domain = List.of("web1", "Übung 1", "a.b-c_d").get(random.nextInt(3));
        chainId = checksums == Checksums.MANIFEST && random.nextBoolean() ? date + "" : "";
    }

    /** @param largest most bytes of a disk */
    static RandomBackups write(Path directory, long seed, int largest, Checksums checksums) throws IOException {
        RandomBackups backups = new RandomBackups(Files.createDirectories(directory), seed, largest, checksums);
        backups.write();
        return backups;
    }

    Path directory() {
        return directory;
    }

    String domain() {
        return domain;
    }

    Checksums checksums() {
        return checksums;
    }

    List<DiskHistory> disks() {
        return disks;
    }

    private void write() throws IOException {
        int count = 1 + (random.nextInt(3) == 0 ? random.nextInt(3) : 0);
        for (int i = 0; i < count; i++) {
            disks.add(new DiskHistory(new ModelDisk("vd" + (char) ('a' + i), size()), i > 0 && random.nextInt(5) == 0 ? 1 : 0));
        }
        Level base = random.nextBoolean() ? Level.FULL : Level.COPY;
        backUp(base);
        for (int i = random.nextInt(7); i > 0; i--) {
            if (checksums != Checksums.ADLER && random.nextInt(4) == 0) {
                backUp(Level.DIFF);
            }
            backUp(Level.INC);
        }
        if (random.nextInt(3) == 0) {
            backUp(Level.DIFF);
        }
        shuffleFileTimes();
    }

    private int size() {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextInt(3);
            case 1, 2 -> 1 + random.nextInt(largest);
            case 3 -> 512 * (1 + random.nextInt(largest / 512));
            default -> 512 * (1 + random.nextInt(Math.max(1, largest / 4096)));
        };
    }

    private void backUp(Level level) throws IOException {
        date = date.plusSeconds(60 + random.nextInt(100_000)).withNano(1000 * random.nextInt(1_000_000));
        String checkpoint = prefix + "." + number;
        BackupFiles files = new BackupFiles(directory, checksums, domain);
        List<String> names = new ArrayList<>();
        String parent = "";
        for (DiskHistory disk : disks) {
            Level own = disk.level(level, number);
            if (own == null || own != level && level == Level.DIFF || own == Level.INC && random.nextInt(12) == 0) {
                continue;
            }
            DiskPoint from = own.isBase() ? null : own == Level.INC ? disk.tip() : disk.anyBase(random);
            parent = from == null ? parent : from.checkpoint();
            names.add(disk.model().name());
            disk.model().change(random, random.nextInt(5));
            if (own == Level.INC && random.nextInt(6) == 0) {
                disk.model().grow(1 + random.nextInt(40_000));
            }
            disk.add(write(files, disk.model(), own, checkpoint, from));
        }
        if (names.isEmpty()) {
            return;
        }
        files.sideFiles(checkpoint, names);
        files.end(parent.isEmpty() ? (level.isBase() ? level : Level.FULL) : level, checkpoint, parent, DATE.format(date));
        number++;
    }

    private DiskPoint write(BackupFiles files, ModelDisk disk, Level level, String checkpoint, DiskPoint parent)
            throws IOException {
        StreamFlavour flavour = new StreamFlavour(payload(), random);
        boolean whole = level.isBase() || disk.size() > parent.content().length && random.nextBoolean();
        List<Range> ranges = whole ? disk.whole(random)
                : disk.since(parent.content(), random, checksums != Checksums.ADLER);
        if (level.isBase() && flavour.leavesOutZeroes()) {
            ranges = ranges.stream().filter(range -> !range.zero() || random.nextBoolean()).toList();
        }
        StreamMetadataBuilder metadata = StreamMetadata.builder().virtualSize(disk.size()).date(DATE.format(date))
                .diskName(disk.name()).diskFormat(random.nextBoolean() ? "qcow2" : "raw").checkpointName(checkpoint)
                .incremental(!level.isBase()).parentCheckpoint(parent == null ? "" : parent.checkpoint()).chainId(chainId);
        StreamFileName name = StreamFileName.of(disk.name(), level, checkpoint, date.toEpochSecond(ZoneOffset.UTC));
        List<Path> written = new ArrayList<>();
        int segments = checksums == Checksums.MANIFEST && random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 0;
        for (int i = 0; i < segments; i++) {
            List<Range> part = ranges.subList(ranges.size() * i / segments, ranges.size() * (i + 1) / segments);
            written.add(files.stream(name.segment(i).text(), flavour.stream(metadata.segment(i, segments).build(), part,
                    disk.content()), disk.name()));
        }
        if (segments == 0) {
            written.add(files.stream(name.text(), flavour.stream(metadata.build(), ranges, disk.content()), disk.name()));
        }
        return new DiskPoint(level, checkpoint, date, parent, disk.content(), written);
    }

    private Payload payload() {
        Payload[] all = checksums == Checksums.ADLER ? new Payload[] {Payload.VERSION_1, Payload.PLAIN, Payload.LINKED_LZ4}
                : Payload.values();
        return all[random.nextInt(all.length)];
    }

    private void shuffleFileTimes() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L + random.nextInt(1_000_000_000)));
            }
        }
    }

    /**
     * A disk at a checkpoint.
     *
     * @param parent null for a full or a copy
     * @param files  the stream, or its segments in order
     */
    record DiskPoint(Level level, String checkpoint, LocalDateTime date, DiskPoint parent, byte[] content, List<Path> files) {
        /** The files that lead to it, by level. */
        List<List<Path>> chain() {
            List<List<Path>> chain = parent == null ? new ArrayList<>() : parent.chain();
            chain.add(files);
            return chain;
        }
    }

    /** A disk, and all that it was. */
    record DiskHistory(ModelDisk model, int first, List<DiskPoint> points) {
        DiskHistory(ModelDisk model, int first) {
            this(model, first, new ArrayList<>());
        }

        /** What a disk takes part with in a backup of the level; null for not at all. */
        Level level(Level level, int number) {
            return number < first ? null : !points.isEmpty() ? level : level.isBase() ? level : Level.FULL;
        }

        void add(DiskPoint point) {
            points.add(point);
        }

        /** What the next increment builds on. */
        DiskPoint tip() {
            return points.stream().filter(point -> point.level() != Level.DIFF).reduce((one, other) -> other).orElseThrow();
        }

        DiskPoint anyBase(Random random) {
            List<DiskPoint> bases = points.stream().filter(point -> point.level() != Level.DIFF).toList();
            return bases.get(random.nextInt(bases.size()));
        }

        DiskPoint newest() {
            return points.get(points.size() - 1);
        }
    }
}
