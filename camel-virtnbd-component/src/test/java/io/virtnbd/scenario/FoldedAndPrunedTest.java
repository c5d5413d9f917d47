/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.Compression;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.directory.DirectoryChanges;
import io.virtnbd.engine.directory.FileSteps;
import io.virtnbd.engine.retention.Retention;
import io.virtnbd.engine.retention.RetentionOptions;
import io.virtnbd.engine.retention.RetentionReport;
import io.virtnbd.engine.retention.RetentionReport.Action;
import io.virtnbd.engine.retention.RetentionRules;
import io.virtnbd.engine.synthetic.FoldOptions;
import io.virtnbd.engine.synthetic.InPlaceFold;
import io.virtnbd.engine.synthetic.SyntheticSet;
import io.virtnbd.scenario.BackupFiles.Checksums;
import io.virtnbd.scenario.RandomBackups.DiskHistory;
import io.virtnbd.scenario.RandomBackups.DiskPoint;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random chains folded in place and pruned, damaged ones too, and killed at any step: what is restored afterwards is what the disk was
 * at that point, and points that are kept can be restored. With {@code -DargLine="-Dfolded.seed=…"} others.
 */
class FoldedAndPrunedTest {
    private static final int SETS = 10;

    private final long seed = Long.getLong("folded.seed", 1);

    @TempDir
    Path directory;

    private interface Trial {
        void on(RandomBackups backups, Path own, Random random) throws Exception;
    }

    private void forEachSet(String what, Trial trial) {
        for (int set = 0; set < SETS; set++) {
            try {
                Path own = Files.createDirectories(directory.resolve(what + set));
                Checksums checksums = set % 4 == 0 ? Checksums.ADLER : Checksums.MANIFEST;
                RandomBackups backups = RandomBackups.write(own.resolve("set"), seed + set, 64 << 10, checksums);
                if (backups.disks().stream().anyMatch(disk -> !disk.points().isEmpty())) {
                    trial.on(backups, own, new Random(seed - set));
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError(what + ", seed " + seed + ", set " + set, e);
            }
        }
    }

    private static DiskReadOptions reading(Random random) {
        return DiskReadOptions.defaults().withCompression(random.nextBoolean() ? Compression.NONE : Compression.lz4(1));
    }

    private static void fold(RandomBackups backups, String until, Random random, FileSteps steps) throws IOException {
        InPlaceFold.fold(backups.directory(), new FoldOptions(backups.checksums() == Checksums.ADLER ? Optional.of("vm1")
                : Optional.empty(), Until.parse(until), reading(random)), steps);
    }

    /** What can be restored is right. Returns the points that can, as disk and checkpoint. */
    private static Set<String> restorable(RandomBackups backups) throws IOException {
        return restorable(backups, true);
    }

    private static Set<String> restorable(RandomBackups backups, boolean withNewest) throws IOException {
        Set<String> found = new TreeSet<>();
        for (DiskHistory disk : backups.disks()) {
            for (DiskPoint point : disk.points()) {
                byte[] content;
                try {
                    content = SyntheticSet.read(BackupDirectory.read(backups.directory()).chain(disk.model().name(),
                            Until.checkpoint(point.checkpoint())));
                } catch (ChainException e) {
                    continue; // refused
                }
                assertThat(Arrays.mismatch(content, point.content())).as("%s at %s", disk.model().name(), point.checkpoint())
                        .isEqualTo(-1);
                found.add(disk.model().name() + " " + point.checkpoint());
            }
            newest(backups, disk, withNewest);
        }
        return found;
    }

    /** @param whole whether the newest that there is is the newest that there was */
    private static void newest(RandomBackups backups, DiskHistory disk, boolean whole) throws IOException {
        if (disk.points().isEmpty()) {
            return;
        }
        Chain chain;
        byte[] content;
        try {
            chain = BackupDirectory.read(backups.directory()).chain(disk.model().name(), Until.NEWEST);
            content = SyntheticSet.read(chain);
        } catch (ChainException e) {
            return; // refused
        }
        String checkpoint = chain.members().get(chain.members().size() - 1).metadata().checkpointName();
        DiskPoint point = whole ? disk.newest()
                : disk.points().stream().filter(each -> each.checkpoint().equals(checkpoint)).findFirst().orElseThrow();
        assertThat(Arrays.mismatch(content, point.content())).as("newest of %s, %s", disk.model().name(), checkpoint)
                .isEqualTo(-1);
    }

    private static String anyPoint(RandomBackups backups, Random random) {
        List<DiskPoint> points = backups.disks().stream().flatMap(disk -> disk.points().stream()).toList();
        return points.get(random.nextInt(points.size())).checkpoint();
    }

    @Test
    void foldedChainsAreTheDisksThatTheyWereWhereverTheFoldEnds() {
        int[] folds = new int[1];
        forEachSet("fold", (backups, own, random) -> {
            Set<String> before = restorable(backups);
            String until = anyPoint(backups, random);
            SortedMap<String, byte[]> files = Damage.read(backups.directory());
            for (int kill = 0; ; kill += 1 + random.nextInt(4)) {
                int[] left = {kill};
                try {
                    fold(backups, until, random, what -> {
                        if (left[0]-- <= 0) {
                            throw new IllegalStateException("killed");
                        }
                    });
                    folds[0]++;
                    break;
                } catch (IllegalStateException e) {
                    restorable(backups);
                    new DirectoryChanges(backups.directory().toRealPath(), FileSteps.NONE).recover();
                    restorable(backups);
                    reset(backups.directory(), files);
                } catch (ChainException e) {
                    assertThat(Damage.read(backups.directory()).keySet()).as("after %s", e).isEqualTo(files.keySet());
                    assertThat(restorable(backups)).isEqualTo(before);
                    return;
                }
            }
            int age = number(until);
            Set<String> expected = before.stream().filter(point -> number(point) >= age).collect(Collectors.toSet());
            assertThat(restorable(backups)).as("folded until %s", until).containsAll(expected);
        });
        assertThat(folds[0]).isPositive();
    }

    private static int number(String point) {
        return Integer.parseInt(point.substring(point.lastIndexOf('.') + 1));
    }

    private static void reset(Path at, SortedMap<String, byte[]> files) throws IOException {
        for (String name : Damage.read(at).keySet()) {
            Files.delete(at.resolve(name));
        }
        for (var file : files.entrySet()) {
            Files.createDirectories(at.resolve(file.getKey()).getParent());
            Files.write(at.resolve(file.getKey()), file.getValue());
        }
    }

    @Test
    void damageIsNeverFoldedOrPrunedIntoWhatLooksWhole() {
        forEachSet("damaged", (backups, own, random) -> {
            SortedMap<String, byte[]> files = Damage.read(backups.directory());
            SortedMap<String, byte[]> twin = Damage.read(RandomBackups.write(own.resolve("twin"), random.nextLong(), 64 << 10,
                    backups.checksums()).directory());
            for (int i = 0; i < 6; i++) {
                Damage damage = Damage.of(files, twin, random);
                damage.apply(files, backups.directory());
                SortedMap<String, byte[]> damaged = Damage.read(backups.directory());
                String until = anyPoint(backups, random);
                boolean fold = random.nextBoolean();
                try {
                    if (fold) {
                        fold(backups, until, random, FileSteps.NONE);
                    } else {
                        prune(new DirectoryStore(backups.directory()), random, FileSteps.NONE);
                    }
                } catch (IOException e) {
                    SortedMap<String, byte[]> left = Damage.read(backups.directory());
                    left.keySet().removeIf(name -> name.endsWith(".lock"));
                    assertThat(left.keySet()).as("%s after %s", damage, e).isEqualTo(damaged.keySet());
                    left.forEach((name, bytes) -> assertThat(bytes).isEqualTo(damaged.get(name)));
                }
                if (fold && !damage.isOmission()) {
                    try {
                        restorable(backups);
                    } catch (AssertionError | IOException e) {
                        byDamage(backups, files, damaged, damage, e);
                    }
                }
                reset(backups.directory(), files);
            }
        });
    }

    /** What is wrong must have been so before. */
    private static void byDamage(RandomBackups backups, SortedMap<String, byte[]> files, SortedMap<String, byte[]> damaged,
            Damage damage, Throwable after) throws IOException {
        reset(backups.directory(), damaged);
        try {
            restorable(backups);
        } catch (AssertionError | IOException e) {
            return;
        }
        throw new AssertionError(damage + " is wrong after the fold only", after);
    }

    private static RetentionReport prune(BackupStore store, Random random, FileSteps steps) throws IOException {
        RetentionRules rules = new RetentionRules(random.nextInt(4), random.nextInt(3), random.nextInt(3), 1);
        return Retention.run(store, new RetentionOptions(rules, Optional.empty(), store.path("").isPresent() && random.nextBoolean(),
                false, reading(random)), steps);
    }

    @Test
    void whatIsKeptIsRestoredFromDirectoriesAndFromStoresThatFailAnywhere() {
        int[] changed = new int[1];
        forEachSet("pruned", (first, own, random) -> {
            List<RandomBackups> sets = List.of(first, another(own, first, random));
            Set<String> before = restorable(sets);
            SortedMap<String, byte[]> files = Damage.read(own);
            long choice = random.nextLong();
            boolean remote = random.nextBoolean();
            for (int kill = 0; ; kill += 1 + random.nextInt(3)) {
                int[] left = {kill};
                FileSteps killer = what -> {
                    if (left[0]-- <= 0) {
                        throw new IllegalStateException("killed");
                    }
                };
                RetentionReport report;
                try {
                    report = prune(remote ? new Remote(new DirectoryStore(own), killer) : new DirectoryStore(own),
                            new Random(choice), remote ? FileSteps.NONE : killer);
                } catch (IllegalStateException e) {
                    restorable(sets);
                    if (random.nextBoolean()) {
                        reset(own, files);
                    } else if (!remote) {
                        // of a backup that was folded, a disk with no part in the last one keeps its own point
                        for (RandomBackups each : sets) {
                            if (Files.isDirectory(each.directory())) {
                                new DirectoryChanges(each.directory().toRealPath(), FileSteps.NONE).recover();
                            }
                        }
                        before.retainAll(restorable(sets));
                    }
                    continue;
                }
                Set<String> kept = report.points().stream().filter(point -> point.action() == Action.KEPT)
                        .map(point -> point.set() + " " + point.checkpoint()).collect(Collectors.toSet());
                changed[0] += report.points().size() - kept.size();
                Set<String> after = restorable(sets);
                if (report.problems().isEmpty()) {
                    assertThat(after).containsAll(before.stream()
                            .filter(point -> kept.contains(point.substring(0, point.lastIndexOf(' ', point.lastIndexOf(' ') - 1))
                                    + point.substring(point.lastIndexOf(' ')))).toList());
                }
                return;
            }
        });
        assertThat(changed[0]).isPositive();
    }

    /** A chain of the same domain, of the same time or so. */
    private static RandomBackups another(Path own, RandomBackups first, Random random) throws IOException {
        RandomBackups another;
        do {
            Path at = own.resolve("set 2");
            if (Files.exists(at)) {
                reset(at, new TreeMap<>());
            }
            another = RandomBackups.write(at, random.nextLong(), 64 << 10, first.checksums());
        } while (!another.domain().equals(first.domain()));
        return another;
    }

    /** By set, disk and checkpoint. */
    private static Set<String> restorable(List<RandomBackups> sets) throws IOException {
        Set<String> found = new TreeSet<>();
        for (RandomBackups each : sets) {
            if (Files.isDirectory(each.directory())) {
                restorable(each, false).forEach(point -> found.add(each.directory().getFileName() + " " + point));
            }
        }
        return found;
    }

    /** A store without a path, whose deletions can fail. */
    private record Remote(BackupStore store, FileSteps steps) implements BackupStore {
        @Override
        public String name() {
            return store.name();
        }

        private List<StoredFile> here(List<StoredFile> files) {
            return files.stream().map(file -> new StoredFile(this, file.name(), file.bytes())).toList();
        }

        @Override
        public List<StoredFile> files() throws IOException {
            return here(store.files());
        }

        @Override
        public List<StoredFile> tree() throws IOException {
            return here(store.tree());
        }

        @Override
        public BackupStore directory(String below) {
            return new Remote(store.directory(below), steps);
        }

        @Override
        public InputStream open(String file) throws IOException {
            return store.open(file);
        }

        @Override
        public void read(String file, long offset, ByteBuffer target) throws IOException {
            store.read(file, offset, target);
        }

        @Override
        public void delete(String file) throws IOException {
            steps.before("delete " + file);
            store.delete(file);
        }
    }
}
