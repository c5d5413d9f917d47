/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackupFileNamesTest {

    @Test
    void namesStreamsAsTheReferenceDoes() {
        assertThat(BackupFileNames.stream("vda", Level.COPY, null, 0)).isEqualTo("vda.copy.data");
        assertThat(BackupFileNames.stream("vda", Level.FULL, "virtnbdbackup.0", 0)).isEqualTo("vda.full.data");
        assertThat(BackupFileNames.stream("vda", Level.INC, "virtnbdbackup.1", 0)).isEqualTo("vda.inc.virtnbdbackup.1.data");
        assertThat(BackupFileNames.stream("vda", Level.DIFF, null, 1795342131)).isEqualTo("vda.diff.1795342131.data");
    }

    @Test
    void numbersSegmentsWithFiveDigitsOrMore() {
        assertThat(BackupFileNames.segment("vda", Level.COPY, null, 0, 0)).isEqualTo("vda.copy.00000.data");
        assertThat(BackupFileNames.segment("vda", Level.INC, "virtnbd.1", 0, 42)).isEqualTo("vda.inc.virtnbd.1.00042.data");
        assertThat(BackupFileNames.segment("vda", Level.FULL, null, 0, 123456)).isEqualTo("vda.full.123456.data");
        assertThatThrownBy(() -> BackupFileNames.segment("vda", Level.FULL, null, 0, -1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
    }

    @Test
    void namesSideFiles() {
        assertThat(BackupFileNames.domainXml("virtnbdbackup.0")).isEqualTo("vmconfig.virtnbdbackup.0.xml");
        assertThat(BackupFileNames.domainXml("1795342131")).isEqualTo("vmconfig.1795342131.xml");
        assertThat(BackupFileNames.manifest("Windows 10", "virtnbd.0")).isEqualTo("Windows 10.virtnbd.0.json");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", ".", "..", "../vda", "a/b", "a\\b", "a\0b", "vd.a", " vda", "vda\n", "vd*", "${body}",
        "-vda", "vdä"})
    void refusesADiskNameThatIsNoPartOfAFileName(String disk) {
        assertThatThrownBy(() -> BackupFileNames.stream(disk, Level.FULL, null, 0))
                .isInstanceOf(InvalidNameException.class).hasMessageContaining("disk name");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", ".", "..", "a/.0", "../a.0", "a..0", ".0", "a.0.", "a b.0", "a\0.0", "${x}.0", "a.0\n"})
    void refusesACheckpointNameThatIsNoPartOfAFileName(String checkpoint) {
        assertThatThrownBy(() -> BackupFileNames.stream("vda", Level.INC, checkpoint, 0))
                .isInstanceOf(InvalidNameException.class).hasMessageContaining("checkpoint name");
        assertThatThrownBy(() -> BackupFileNames.domainXml(checkpoint)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> BackupFileNames.manifest("vm", checkpoint)).isInstanceOf(InvalidNameException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nightly", "a.01", "a.00001", "a.1.12345", "1.12345"})
    void refusesAnIncrementWhoseFileNameWouldHaveTwoReadings(String checkpoint) {
        assertThatThrownBy(() -> BackupFileNames.stream("vda", Level.INC, checkpoint, 0))
                .isInstanceOf(InvalidNameException.class).hasMessageContaining(checkpoint);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " ", "..", ".hidden", "a/b", "a\\b", "a\0b", "${bean:x}", "vm ", "a\nb"})
    void refusesADomainNameThatIsNoPartOfAFileName(String domain) {
        assertThatThrownBy(() -> BackupFileNames.manifest(domain, "virtnbd.0"))
                .isInstanceOf(InvalidNameException.class).hasMessageContaining("domain name");
    }

    @Test
    void refusesAFileNameThatFileSystemsDoNotTake() {
        assertThat(BackupFileNames.manifest("ä".repeat(119), "virtnbd.0")).hasSize(119 + 15);
        assertThatThrownBy(() -> BackupFileNames.manifest("ä".repeat(121), "virtnbd.0"))
                .isInstanceOf(InvalidNameException.class).hasMessageContaining("255").hasMessageContaining("…");
    }

    @Test
    void refusesADifferentialFromBefore1970() {
        assertThatThrownBy(() -> BackupFileNames.stream("vda", Level.DIFF, null, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keepsControlCharactersOutOfMessages() {
        assertThatThrownBy(() -> BackupFileNames.stream("a\u001b[2Jb", Level.FULL, null, 0)).hasMessageContaining("'a?[2Jb'");
    }

    @Test
    void tellsASegmentOfAnIncrementFromAHighCheckpointNumber() {
        assertThat(BackupFileNames.parse("vda.inc.virtnbd.12345.data"))
                .contains(increment("virtnbd.12345", OptionalInt.empty()));
        assertThat(BackupFileNames.parse("vda.inc.virtnbd.1.12345.data"))
                .contains(increment("virtnbd.1", OptionalInt.of(12345)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vda.full.data.partial", "vda.full.data.part", "vda.full.data.chksum", "vda.data", ".full.data",
        "vda.full", "vda.virtnbdbackup.0.qcow.json", "vda.inc..data.x", "vda.inc.data", "vda.diff.data", "vda.diff.x.data",
        "vda.full.0.data",
        "vda.full.0000.data", "a.b.full.data", "vda.FULL.data", "x/vda.full.data", "vda.diff.99999999999999999999.data",
        "vda.full.99999999999.data", ""})
    void ignoresOtherFiles(String fileName) {
        assertThat(BackupFileNames.parse(fileName)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void readsBackWhatItWrote(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            Level level = Level.values()[random.nextInt(4)];
            String disk = word(random);
            String checkpoint = word(random) + (random.nextBoolean() ? "." + word(random) : "x")
                    + "." + random.nextInt(200_000);
            long epoch = random.nextLong() >>> 1 + random.nextInt(60);
            OptionalInt index = random.nextBoolean() ? OptionalInt.empty()
                    : OptionalInt.of(random.nextInt() >>> 1 + random.nextInt(30));
            String written;
            try {
                written = index.isPresent() ? BackupFileNames.segment(disk, level, checkpoint, epoch, index.getAsInt())
                        : BackupFileNames.stream(disk, level, checkpoint, epoch);
            } catch (InvalidNameException e) {
                assertThat(checkpoint).matches("(.*\\.)?[0-9]+\\.[0-9]{5,}");
                continue;
            }
            assertThat(BackupFileNames.parse(written)).contains(new StreamFileName(disk, level,
                    level == Level.INC ? Optional.of(checkpoint) : Optional.empty(),
                    level == Level.DIFF ? OptionalLong.of(epoch) : OptionalLong.empty(), index));
        }
    }

    private static StreamFileName increment(String checkpoint, OptionalInt segment) {
        return new StreamFileName("vda", Level.INC, Optional.of(checkpoint), OptionalLong.empty(), segment);
    }

    private static String word(Random random) {
        String letters = "ab01_-";
        StringBuilder word = new StringBuilder().append("ab01_".charAt(random.nextInt(5)));
        while (random.nextInt(3) > 0) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }
}
