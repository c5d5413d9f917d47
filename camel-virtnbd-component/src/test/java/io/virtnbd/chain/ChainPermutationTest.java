/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random chains: any names of checkpoints and increments, any file times, whole streams and segments mixed. */
class ChainPermutationTest {

    @TempDir
    Path directory;

    private final List<String> expected = new ArrayList<>();

    private final List<Integer> lastOfLayer = new ArrayList<>();

    static IntStream seeds() {
        return IntStream.rangeClosed(1, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void ordersEveryChainByItsParents(int seed) throws Exception {
        Random random = new Random(seed);
        List<Integer> checkpoints = write(random);

        assertThat(new StreamSet(directory).chain()).as("seed %d", seed).isEqualTo(expected);
        for (int i = 0; i < checkpoints.size(); i++) {
            assertThat(new StreamSet(directory).chain(checkpoints.get(i))).as("seed %d, until %d", seed, checkpoints.get(i))
                    .isEqualTo(expected.subList(0, lastOfLayer.get(i)));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void refusesEveryChainThatLacksAFile(int seed) throws Exception {
        Random random = new Random(seed);
        write(random);
        boolean segmented = expected.get(expected.size() - 1).matches(".*\\.[0-9]{5}\\.data");
        // without its whole last stream a chain is a whole one, only shorter
        String lost = expected.get(random.nextInt(segmented ? expected.size() : Math.max(1, expected.size() - 1)));
        Files.delete(directory.resolve(lost));

        assertThatThrownBy(() -> BackupDirectory.read(directory).chain("vda", Until.NEWEST)).as("seed %d without %s", seed, lost)
                .isInstanceOf(ChainException.class);
    }

    /** Returns the checkpoints in the order of the chain. */
    private List<Integer> write(Random random) throws IOException {
        StreamSet set = new StreamSet(directory);
        List<Integer> checkpoints = new ArrayList<>(IntStream.range(0, 2 + random.nextInt(12)).boxed().toList());
        List<Integer> names = new ArrayList<>(checkpoints);
        Collections.shuffle(checkpoints, random);
        Collections.shuffle(names, random);
        for (int i = 0; i < checkpoints.size(); i++) {
            int checkpoint = checkpoints.get(i);
            String stem = i == 0 ? "vda.full" : "vda.inc.any." + names.get(i);
            int segments = random.nextInt(3) == 0 ? 2 + random.nextInt(4) : 0;
            for (int segment = 0; segment < Math.max(1, segments); segment++) {
                var metadata = i == 0 ? set.base(checkpoint) : set.incremental(checkpoint, checkpoints.get(i - 1));
                if (segments == 0) {
                    set.write(stem + ".data", metadata.build());
                    expected.add(stem + ".data");
                } else {
                    set.segment(stem, metadata, segment, segments);
                    expected.add(stem + String.format(".%05d.data", segment));
                }
            }
            lastOfLayer.add(expected.size());
        }
        shuffleFileTimes(directory, random);
        return checkpoints;
    }

    static void shuffleFileTimes(Path directory, Random random) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(random.nextInt(1 << 30)));
            }
        }
    }
}
