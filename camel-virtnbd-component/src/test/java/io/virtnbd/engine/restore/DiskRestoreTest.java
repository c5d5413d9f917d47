/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static io.virtnbd.engine.restore.StreamBytes.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.ChainException;
import io.virtnbd.engine.ServedDisk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of the frames of full backups, segments and increments on a raw image and on an export with old content. */
class DiskRestoreTest {

    private static final int SIZE = 300_000;
    private static final int GROWN = 700_000;

    @TempDir
    Path directory;

    private enum Target { RAW, EXPORT }

    private byte[] restore(Target target, int size, StreamInput... inputs) throws IOException {
        if (target == Target.RAW) {
            Path image = directory.resolve("disk.raw");
            DiskRestore.restore(List.of(inputs), RestoreOptions.toImage(image, ImageFormat.RAW));
            assertThat(directory.toFile().list()).containsExactly("disk.raw");
            return Files.readAllBytes(image);
        }
        try (ServedDisk disk = new ServedDisk(size)) {
            disk.write(0, filled(size, 0xee));
            DiskRestore.restore(List.of(inputs), RestoreOptions.toExport(disk.uri()));
            return disk.content();
        }
    }

    private void assertRefused(StreamBytes... streams) {
        for (Target target : Target.values()) {
            StreamInput[] inputs = Arrays.stream(streams).map(stream -> stream.input("segment")).toArray(StreamInput[]::new);
            assertThatThrownBy(() -> restore(target, SIZE, inputs)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("segment: expected the segments of a backup to follow each other");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void zeroFramesOfAnIncrementClearWhatWasThere(Target target) throws IOException {
        byte[] expected = filled(SIZE, 1);
        Arrays.fill(expected, 100_000, 200_000, (byte) 0);
        Arrays.fill(expected, 150_000, 160_000, (byte) 2);

        assertThat(restore(target, SIZE, StreamBytes.full(SIZE).data(0, filled(SIZE, 1)).input("full"),
                StreamBytes.increment(SIZE, "cp.0", "cp.1").zero(100_000, 100_000).input("1"),
                StreamBytes.increment(SIZE, "cp.1", "cp.2").data(150_000, filled(10_000, 2)).input("2"))).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void whatADiskGrewByReadsAsZeroes(Target target) throws IOException {
        byte[] expected = new byte[GROWN];
        Arrays.fill(expected, 0, SIZE, (byte) 1);
        Arrays.fill(expected, 600_000, 600_100, (byte) 2);

        assertThat(restore(target, GROWN, StreamBytes.full(SIZE).data(0, filled(SIZE, 1)).input("full"),
                StreamBytes.increment(SIZE + 1000, "cp.0", "cp.1").input("1"),
                StreamBytes.increment(GROWN, "cp.1", "cp.2").data(600_000, filled(100, 2)).input("2"))).isEqualTo(expected);
    }

    @Test
    void leavesAnExportAsItIsBehindTheDisk() throws IOException {
        byte[] content = restore(Target.EXPORT, GROWN, StreamBytes.full(SIZE).zero(0, SIZE).input("full"));

        assertThat(Arrays.copyOf(content, SIZE)).containsOnly(0);
        assertThat(Arrays.copyOfRange(content, SIZE, GROWN)).containsOnly(0xee);
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void segmentsMakeUpTheDiskAndItsGrowth(Target target) throws IOException {
        byte[] expected = new byte[GROWN];
        Arrays.fill(expected, 1000, 2000, (byte) 1);
        Arrays.fill(expected, 2000, 3000, (byte) 2);

        assertThat(restore(target, GROWN,
                StreamBytes.full(SIZE).segment(0, 3).zero(0, 1000).data(1000, filled(1000, 1)).input("s0"),
                StreamBytes.full(SIZE).segment(1, 3).data(2000, filled(1000, 2)).input("s1"),
                StreamBytes.full(SIZE).segment(2, 3).zero(3000, SIZE - 3000).input("s2"),
                StreamBytes.increment(GROWN, "cp.0", "cp.1").input("1"))).isEqualTo(expected);
    }

    @Test
    void refusesSegmentsThatDoNotCoverTheDisk() {
        assertRefused(StreamBytes.full(SIZE).segment(0, 2).zero(0, 1000),
                StreamBytes.full(SIZE).segment(1, 2).zero(1001, SIZE - 1001));
        assertRefused(StreamBytes.full(SIZE).segment(0, 2).zero(0, 1000),
                StreamBytes.full(SIZE).segment(1, 2).zero(999, SIZE - 999));
        assertRefused(StreamBytes.full(SIZE).segment(0, 2).zero(0, 1000),
                StreamBytes.full(SIZE).segment(1, 2).zero(1000, SIZE - 1001));
        assertRefused(StreamBytes.full(SIZE).segment(0, 1).zero(1, SIZE - 1));
    }

    private static StreamBytes[] threeSegments() {
        return new StreamBytes[] {
            StreamBytes.full(SIZE).segment(0, 3).zero(0, 1000).data(1000, filled(1000, 1)),
            StreamBytes.full(SIZE).segment(1, 3).data(2000, filled(1000, 2)).zero(3000, 1000),
            StreamBytes.full(SIZE).segment(2, 3).zero(4000, SIZE - 4000)};
    }

    @Test
    void segmentsOneByOneInAnyOrderMakeUpTheDiskOnAnExport() throws IOException {
        byte[] expected = new byte[SIZE];
        Arrays.fill(expected, 1000, 2000, (byte) 1);
        Arrays.fill(expected, 2000, 3000, (byte) 2);

        try (ServedDisk disk = new ServedDisk(SIZE)) {
            disk.write(0, filled(SIZE, 0xee));
            for (int index : new int[] {2, 0, 2, 1}) {
                RestoreResult result = DiskRestore.restore(List.of(threeSegments()[index].input("segment")),
                        RestoreOptions.toExport(disk.uri()));
                assertThat(result.segmentIndex()).hasValue(index);
                assertThat(result.segmentCount()).hasValue(3);
            }
            assertThat(disk.content()).isEqualTo(expected);
        }
    }

    @Test
    void aSegmentAloneTouchesNothingElse() throws IOException {
        byte[] content = restore(Target.EXPORT, SIZE, threeSegments()[1].input("segment"));

        assertThat(Arrays.copyOfRange(content, 2000, 3000)).containsOnly(2);
        assertThat(Arrays.copyOfRange(content, 3000, 4000)).containsOnly(0);
        assertThat(Arrays.copyOf(content, 2000)).containsOnly(0xee);
        assertThat(Arrays.copyOfRange(content, 4000, SIZE)).containsOnly(0xee);
    }

    @Test
    void refusesSegmentsWithoutTheOthersWhereTheyWouldPassForADisk() {
        assertThatThrownBy(() -> restore(Target.RAW, SIZE, threeSegments()[0].input("0"))).isInstanceOf(ChainException.class);
        assertThatThrownBy(() -> restore(Target.EXPORT, SIZE, threeSegments()[0].input("0"), threeSegments()[1].input("1")))
                .isInstanceOf(ChainException.class);
        assertThatThrownBy(() -> restore(Target.EXPORT, SIZE, StreamBytes.increment(SIZE, "cp.0", "cp.1").segment(1, 2)
                .data(0, filled(1000, 1)).input("1"))).isInstanceOf(ChainException.class);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void refusesASegmentAloneThatLeavesSomethingOut() {
        for (StreamBytes segment : List.of(StreamBytes.full(SIZE).segment(0, 3).zero(1, 1000),
                StreamBytes.full(SIZE).segment(1, 3).zero(1000, 1000).data(2001, filled(10, 1)),
                StreamBytes.full(SIZE).segment(2, 3).zero(1000, SIZE - 1001))) {
            assertThatThrownBy(() -> restore(Target.EXPORT, SIZE, segment.input("segment")))
                    .isInstanceOf(RestoreException.class)
                    .hasMessageContaining("segment: expected the segments of a backup to follow each other");
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void whatAVersion1StreamLeavesOutIsZeroes(Target target) throws IOException {
        StreamBytes stream = StreamBytes.full(SIZE).data(1000, filled(1000, 1)).data(5000, filled(1000, 2));
        stream.metadata().streamVersion(1);
        byte[] expected = new byte[SIZE];
        Arrays.fill(expected, 1000, 2000, (byte) 1);
        Arrays.fill(expected, 5000, 6000, (byte) 2);

        assertThat(restore(target, SIZE, stream.input("old"))).isEqualTo(expected);
    }

    /** Chains against a model of the disk that is as simple as can be. */
    @ParameterizedTest
    @CsvSource({"1,RAW", "2,RAW", "3,EXPORT", "4,EXPORT", "5,EXPORT", "6,RAW"})
    void restoresRandomChains(long seed, Target target) throws IOException {
        Random random = new Random(seed);
        int levels = 1 + random.nextInt(5);
        int size = 1 + random.nextInt(SIZE);
        byte[] disk = new byte[0];
        StreamInput[] inputs = new StreamInput[levels];
        for (int level = 0; level < levels; level++) {
            disk = Arrays.copyOf(disk, size);
            StreamBytes stream = level == 0 ? StreamBytes.full(size)
                    : StreamBytes.increment(size, "cp." + (level - 1), "cp." + level);
            for (int at = 0; at < size;) {
                int length = Math.min(size - at, 1 + random.nextInt(50_000));
                int kind = random.nextInt(level == 0 ? 2 : 3);
                byte[] data = kind == 0 ? filled(length, level + 1) : new byte[length];
                if (kind == 0) {
                    stream.data(at, data);
                } else if (kind == 1) {
                    stream.zero(at, length);
                }
                if (kind < 2) {
                    System.arraycopy(data, 0, disk, at, length);
                }
                at += length;
            }
            inputs[level] = stream.input("level " + level);
            size += random.nextInt(2) * random.nextInt(SIZE);
        }

        assertThat(restore(target, disk.length, inputs)).as("seed %d", seed).isEqualTo(disk);
    }

    @Test
    void anUnfinishedRestoreLeavesNothingBehind() {
        byte[] bytes = StreamBytes.full(SIZE).data(0, filled(SIZE, 1)).bytes();
        StreamInput cut = StreamInput.of("cut", new ByteArrayInputStream(bytes, 0, bytes.length - 10));

        assertThatThrownBy(() -> restore(Target.RAW, SIZE, cut)).isInstanceOf(RestoreException.class)
                .hasMessageContaining("cut");
        assertThat(directory).isEmptyDirectory();
    }
}
