/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.sparsestream.StreamMetadataBuilder;
import io.virtnbd.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random sets of two disks, with a copy beside the full or not, with segments, differentials and manifests or not. The expected
 * chains are known from how they were made. Then files are lost, doubled, exchanged and replaced: what is found is refused, or is
 * the same content as before.
 */
class ChainMutationTest {

    private static final List<String> DISKS = List.of("vda", "vdb");

    @TempDir
    Path directory;

    /** By disk: the files of each chain's layers, in order, by the checkpoint that ends with them. */
    private final Map<String, Map<Integer, List<String>>> expected = new HashMap<>();
    private final Map<String, Integer> newest = new HashMap<>();
    private boolean manifests;

    static IntStream seeds() {
        return IntStream.rangeClosed(1, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void findsEveryChainOfEveryDisk(int seed) throws Exception {
        write(directory, new Random(seed));
        BackupDirectory read = BackupDirectory.read(directory);

        for (String disk : DISKS) {
            assertThat(StreamSet.fileNames(read.chain(disk, Until.NEWEST))).as("seed %d, %s", seed, disk)
                    .isEqualTo(expected.get(disk).get(newest.get(disk)));
            for (var each : expected.get(disk).entrySet()) {
                assertThat(StreamSet.fileNames(read.chain(disk, Until.checkpoint(StreamSet.checkpoint(each.getKey())))))
                        .as("seed %d, %s until %d", seed, disk, each.getKey()).isEqualTo(each.getValue());
            }
        }
        ChainCheck.structure(read, List.of(read.chain("vda", Until.NEWEST), read.chain("vdb", Until.NEWEST)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void refusesWhatWasChangedOrGivesTheSameContent(int seed) throws Exception {
        Random random = new Random(seed);
        write(directory, random);
        Map<String, List<String>> before = contents();
        String mutation = mutate(random);

        Map<String, List<String>> after = contents();

        for (String disk : DISKS) {
            List<String> content = after.get(disk);
            if (content == null || content.equals(before.get(disk))) {
                continue;
            }
            // without manifests nothing tells that the last stream is missing, or that all there is of a disk was replaced
            assertThat(manifests).as("seed %d, %s, disk %s", seed, mutation, disk).isFalse();
            if (content.size() > 1 || !mutation.matches("replaced .*\\.(full|copy)\\..*")) {
                assertThat(mutation).as("seed %d, disk %s", seed, disk).startsWith("lost");
                assertThat(expectedContents(disk)).as("seed %d, %s", seed, mutation).contains(content);
            }
        }
    }

    private final Map<String, String> contentOfFile = new HashMap<>();

    private List<List<String>> expectedContents(String disk) {
        return expected.get(disk).values().stream().map(files -> files.stream().map(contentOfFile::get).toList()).toList();
    }

    /** What would be restored, as the checksums of the streams; without the disks that are refused. */
    private Map<String, List<String>> contents() throws IOException {
        Map<String, List<String>> contents = new HashMap<>();
        for (String disk : DISKS) {
            try {
                List<String> sums = new ArrayList<>();
                for (ChainMember member : BackupDirectory.read(directory).chain(disk, Until.NEWEST).members()) {
                    sums.add(Sha256.of(member.file().path().orElseThrow()));
                }
                contents.put(disk, sums);
            } catch (ChainException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        return contents;
    }

    private String mutate(Random random) throws IOException {
        List<String> streams;
        try (Stream<Path> files = Files.list(directory)) {
            streams = files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".data")).sorted().toList();
        }
        String one = streams.get(random.nextInt(streams.size()));
        String other = streams.get(random.nextInt(streams.size()));
        Path path = directory.resolve(one);
        byte[] bytes = Files.readAllBytes(path);
        switch (random.nextInt(5)) {
            case 0 -> {
                Files.delete(path);
                return "lost " + one;
            }
            case 1 -> {
                String name = one.replaceAll("\\.(inc|diff)\\.", ".$1.9").replace(".full.", ".copy.");
                Files.write(directory.resolve(name), bytes);
                return "doubled " + one + " as " + name;
            }
            case 2 -> {
                Files.write(path, Files.readAllBytes(directory.resolve(other)));
                Files.write(directory.resolve(other), bytes);
                return "exchanged " + one + " and " + other;
            }
            case 3 -> {
                Files.move(path, directory.resolve(other), StandardCopyOption.REPLACE_EXISTING);
                return one.equals(other) ? "left all" : "lost " + other + " to " + one;
            }
            default -> {
                Path foreign = Files.createDirectory(directory.resolve("foreign"));
                new StreamSet(foreign).write(one, foreign(one).build());
                Files.copy(foreign.resolve(one), path, StandardCopyOption.REPLACE_EXISTING);
                return "replaced " + one;
            }
        }
    }

    /** The same checkpoint and parent in a set of another time. */
    private StreamMetadataBuilder foreign(String file) throws IOException {
        var own = StreamFile.read(new DirectoryStore(directory).files().stream()
                .filter(each -> each.name().equals(file)).findFirst().orElseThrow(),
                BackupFileNames.parse(file).orElseThrow()).metadata();
        StreamMetadataBuilder metadata = new StreamSet(directory).base(0).date("2020-01-01T00:00:00.000001")
                .chainId("2020-01-01").diskName(own.diskName()).checkpointName(own.checkpointName())
                .parentCheckpoint(own.parentCheckpoint()).incremental(own.incremental());
        return own.isSegment() ? metadata.segment(own.segmentIndex().getAsInt(), own.segmentCount().getAsInt()) : metadata;
    }

    private void write(Path target, Random random) throws IOException {
        StreamSet set = new StreamSet(target);
        manifests = random.nextBoolean();
        int checkpoints = 2 + random.nextInt(8);
        int copyAt = random.nextBoolean() ? 1 + random.nextInt(checkpoints) : -1;
        Map<String, Integer> tip = new HashMap<>();
        for (String disk : DISKS) {
            expected.put(disk, new HashMap<>());
        }
        for (int checkpoint = 0; checkpoint <= checkpoints; checkpoint++) {
            boolean copy = checkpoint == copyAt;
            boolean differential = !copy && checkpoint == checkpoints && random.nextBoolean();
            List<String> written = new ArrayList<>();
            int segments = random.nextInt(3) == 0 ? 2 + random.nextInt(3) : 0;
            for (String disk : DISKS) {
                // a disk can be left out of a backup
                if (checkpoint > 0 && !copy && disk.equals("vdb") && random.nextInt(4) == 0) {
                    continue;
                }
                Integer parent = tip.get(disk);
                StreamMetadataBuilder metadata = (copy || parent == null ? set.base(checkpoint)
                        : set.incremental(checkpoint, parent)).diskName(disk).chainId(copy ? "copy" : "full");
                String stem = disk + (copy ? ".copy" : parent == null ? ".full"
                        : differential ? ".diff." + (1000 + checkpoint) : ".inc." + StreamSet.checkpoint(checkpoint));
                List<String> chain = new ArrayList<>(copy || parent == null ? List.of() : expected.get(disk).get(parent));
                for (int segment = 0; segment < Math.max(1, segments); segment++) {
                    String file = stem + (segments == 0 ? "" : String.format(".%05d", segment)) + ".data";
                    set.write(file, (segments == 0 ? metadata : metadata.segment(segment, segments)).build());
                    contentOfFile.put(file, Sha256.of(target.resolve(file)));
                    written.add(file);
                    chain.add(file);
                }
                expected.get(disk).put(checkpoint, chain);
                newest.put(disk, checkpoint);
                if (!copy) {
                    tip.put(disk, checkpoint);
                }
            }
            if (manifests && !written.isEmpty()) {
                set.manifest("web1", checkpoint, copy || checkpoint == 0 ? "" : StreamSet.checkpoint(0),
                        set.base(checkpoint).build().date(), written);
            }
        }
        ChainPermutationTest.shuffleFileTimes(target, random);
    }
}
