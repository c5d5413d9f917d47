/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.Compression;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.directory.DirectoryBusyException;
import io.virtnbd.engine.directory.DirectoryChanges;
import io.virtnbd.engine.directory.DirectoryClaim;
import io.virtnbd.engine.directory.FileSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InPlaceFoldTest {

    private static final LocalDateTime START = LocalDateTime.of(2026, 11, 1, 22, 0);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatIsLeftRestoresToWhatItWasAndLaterIncrementsFit(long seed) throws IOException {
        Random random = new Random(seed);
        SyntheticSet set = chain(random, random.nextInt(4) > 0, 4 + random.nextInt(4));
        int until = 1 + random.nextInt(3);
        fold(set, random, "virtnbd." + until, FileSteps.NONE);
        assertRestorable(set, until);
        next(set, random, Level.INC, 20);
        next(set, random, Level.INC, 21);
        assertRestorable(set, until);
        FoldReport again = fold(set, random, null, FileSteps.NONE);
        assertThat(again.checkpoint()).isEqualTo("virtnbd.21");
        next(set, random, Level.INC, 22);
        assertRestorable(set, 21);
        assertThat(fold(set, random, "virtnbd.21", FileSteps.NONE).backups()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void aRunThatIsKilledAnywhereLeavesTheOldChainOrIsFinishedByTheNext(long seed) throws IOException {
        boolean survived = false;
        for (int step = 0; !survived; step++) {
            Random random = new Random(seed);
            Path own = Files.createDirectories(directory.resolve("killed" + step));
            SyntheticSet set = chain(own, random, seed % 2 == 1, 4);
            Killer killer = new Killer(step);
            try {
                fold(set, random, "virtnbd.2", killer);
                survived = true;
            } catch (Killed e) {
                Optional<Set<String>> wrong = wrong(set);
                assertThat(wrong).as("step %d, %s", step, killer.last).isEmpty();
            }
            int from = new DirectoryChanges(set.directory().toRealPath(), FileSteps.NONE).recover()
                    || survived ? 2 : 0;
            assertRestorable(set, from);
            fold(set, random, "virtnbd.3", FileSteps.NONE);
            assertRestorable(set, 3);
            next(set, random, Level.INC, 9);
            assertRestorable(set, 3);
        }
    }

    /** What is restored without recovery is refused or right, never wrong. */
    private Optional<Set<String>> wrong(SyntheticSet set) throws IOException {
        Set<String> wrong = new TreeSet<>();
        for (String disk : List.of("vda", "vdb", "vdc")) {
            byte[] newest = set.points().values().stream().filter(point -> point.containsKey(disk))
                    .map(point -> point.get(disk)).reduce((one, next) -> next).orElseThrow();
            try {
                byte[] restored = SyntheticSet.read(BackupDirectory.read(set.directory()).chain(disk, Until.NEWEST));
                if (!Arrays.equals(restored, newest)) {
                    wrong.add("newest " + disk);
                }
            } catch (ChainException e) {
                // refused
            }
        }
        for (Map.Entry<String, Map<String, byte[]>> point : set.points().entrySet()) {
            for (Map.Entry<String, byte[]> disk : point.getValue().entrySet()) {
                try {
                    byte[] restored = SyntheticSet.read(BackupDirectory.read(set.directory())
                            .chain(disk.getKey(), Until.checkpoint(point.getKey())));
                    if (!Arrays.equals(restored, disk.getValue())) {
                        wrong.add(point.getKey() + " " + disk.getKey());
                    }
                } catch (ChainException e) {
                    // refused
                }
            }
        }
        return wrong.isEmpty() ? Optional.empty() : Optional.of(wrong);
    }

    @Test
    void aDifferentialThatIsNewerAndNeedsTheOldFullKeepsTheChainAsItIs() throws IOException {
        SyntheticSet set = new SyntheticSet(directory, "vm1", new Random(1), true, "id");
        set.attach("vda", 8);
        set.backup(Level.FULL, 0, List.of("vda"), START, true);
        set.backup(Level.INC, 1, List.of("vda"), START.plusDays(1), true);
        set.backup(Level.DIFF, 2, List.of("vda"), START.plusDays(2), true);
        List<String> before = names();
        assertThatThrownBy(() -> fold(set, new Random(1), "virtnbd.1", FileSteps.NONE)).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.diff.").hasMessageContaining("builds on 'virtnbd.0', which would go");
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void damageIsNotFoldedIntoAFullThatLooksWhole() throws IOException {
        SyntheticSet set = new SyntheticSet(directory, "vm1", new Random(1), true, "id");
        set.attach("vda", 8);
        set.backup(Level.FULL, 0, List.of("vda"), START, true);
        set.write("vda", 3);
        set.backup(Level.INC, 1, List.of("vda"), START.plusDays(1), true);
        Path inc = directory.resolve("vda.inc.virtnbd.1.data");
        byte[] content = Files.readAllBytes(inc);
        content[content.length / 2] ^= 1;
        Files.write(inc, content);
        List<String> before = names();
        assertThatThrownBy(() -> fold(set, new Random(1), null, FileSteps.NONE)).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbd.1.data");
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void twoRunsAtATimeAreRefused() throws IOException {
        SyntheticSet set = chain(new Random(1), true, 3);
        try (DirectoryClaim claim = DirectoryClaim.of(directory)) {
            assertThatThrownBy(() -> fold(set, new Random(1), null, FileSteps.NONE)).isInstanceOf(DirectoryBusyException.class);
        }
    }

    @Test
    void theManifestOfTheNewFullIsTrueAndOtherFilesStay() throws IOException {
        SyntheticSet set = chain(new Random(5), true, 5);
        Files.writeString(directory.resolve("notes.txt"), "mine");
        fold(set, new Random(1), "virtnbd.3", FileSteps.NONE);
        assertThat(directory.resolve("notes.txt")).hasContent("mine");
        Manifest manifest = Manifest.read(directory.resolve("vm1.virtnbd.3.json"));
        assertThat(manifest.level()).isEqualTo("full");
        assertThat(manifest.date()).isEqualTo(START.plusDays(3).toString());
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".json")).toList()) {
                Manifest.read(file).verify(directory, true);
            }
        }
        assertThat(names()).noneMatch(name -> name.startsWith("."));
    }

    private SyntheticSet chain(Random random, boolean manifests, int length) throws IOException {
        return chain(directory, random, manifests, length);
    }

    private SyntheticSet chain(Path at, Random random, boolean manifests, int length) throws IOException {
        SyntheticSet set = new SyntheticSet(at, "vm1", random, manifests, "id");
        if (!manifests) {
            Files.writeString(at.resolve("vm1.cpt"), "[]");
        }
        set.attach("vda", 40);
        set.attach("vdb", 30);
        next(set, random, Level.FULL, 0);
        for (int i = 1; i < length; i++) {
            if (i == 2) {
                set.attach("vdc", 10);
            }
            next(set, random, Level.INC, i);
        }
        return set;
    }

    /** vda has a part in all backups, so that each number is one of its checkpoints; now and then one was rolled back. */
    private void next(SyntheticSet set, Random random, Level level, int number) throws IOException {
        List<String> taking = new ArrayList<>(List.of("vda"));
        for (String disk : List.of("vdb", "vdc")) {
            if ((level == Level.FULL || random.nextInt(3) > 0) && (!disk.equals("vdc") || number >= 2)) {
                taking.add(disk);
            }
        }
        taking.forEach(disk -> set.write(disk, random.nextInt(6)));
        set.backup(level, number, taking, START.plusDays(number), true);
        taking.forEach(disk -> set.write(disk, 1));
    }

    private FoldReport fold(SyntheticSet set, Random random, String until, FileSteps steps) throws IOException {
        DiskReadOptions reading = DiskReadOptions.defaults()
                .withCompression(random.nextBoolean() ? Compression.NONE : Compression.lz4(1));
        return InPlaceFold.fold(set.directory(), new FoldOptions(Optional.of("vm1"), Until.parse(until), reading), steps);
    }

    private void assertRestorable(SyntheticSet set, int from) throws IOException {
        BackupDirectory read = BackupDirectory.read(set.directory());
        for (Map.Entry<String, Map<String, byte[]>> point : set.points().entrySet()) {
            if (SyntheticSet.number(point.getKey()) >= from) {
                for (Map.Entry<String, byte[]> disk : point.getValue().entrySet()) {
                    assertThat(SyntheticSet.read(read.chain(disk.getKey(), Until.checkpoint(point.getKey()))))
                            .as("%s of %s", disk.getKey(), point.getKey()).isEqualTo(disk.getValue());
                }
            }
        }
        for (String disk : read.disks()) {
            read.chain(disk, Until.NEWEST);
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).map(file -> directory.relativize(file).toString()).sorted().toList();
        }
    }

    private static final class Killed extends Error {

        private static final long serialVersionUID = 1;
    }

    /** Nothing is changed any more from a step on, whatever tries to. */
    private static final class Killer implements FileSteps {

        private int left;
        private String last = "";

        Killer(int left) {
            this.left = left;
        }

        @Override
        public void before(String what) {
            if (left-- <= 0) {
                throw new Killed();
            }
            last = what;
        }
    }
}
