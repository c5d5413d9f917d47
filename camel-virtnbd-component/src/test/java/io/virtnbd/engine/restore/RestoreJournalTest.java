/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreJournalTest {

    private static final JournalHeader HEADER = new JournalHeader("plan", "RAW", 1000, 42);

    @TempDir
    Path directory;
    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("disk.journal");
    }

    private static BegunStream stream(int number) {
        StreamMetadata metadata = StreamMetadata.builder().virtualSize(1000).diskName("vdä\n" + number).checkpointName("cp." + number)
                .segment(number, number + 1).build();
        return new BegunStream(metadata, number);
    }

    private static StreamProgress progress(int index, long end) {
        return new StreamProgress(index, 10, end, end - 10, 3, end > 500);
    }

    private byte[] written() throws IOException {
        try (RestoreJournal journal = RestoreJournal.create(file, new JournalContent(HEADER))) {
            journal.begun(stream(0));
            journal.server(Path.of("/run/nbd.sock"));
            journal.progress(List.of(progress(0, 100)));
            journal.progress(List.of(progress(0, 600), progress(1, 20)));
            journal.published("2026-01-02T03:04:05Z");
        }
        return Files.readAllBytes(file);
    }

    private static void assertSame(JournalContent found, JournalContent expected) {
        assertThat(found.header()).isEqualTo(expected.header());
        assertThat(found.begun()).isEqualTo(expected.begun());
        assertThat(found.progress()).containsExactlyElementsOf(expected.progress());
        assertThat(found.server()).isEqualTo(expected.server());
        assertThat(found.published()).isEqualTo(expected.published());
    }

    @Test
    void saysWhatWasWrittenToIt() throws IOException {
        written();

        JournalContent content = RestoreJournal.read(file).orElseThrow();
        assertThat(content.header()).isEqualTo(HEADER);
        assertThat(content.begun()).containsExactly(stream(0));
        assertThat(content.progress()).containsExactly(progress(0, 600), progress(1, 20));
        assertThat(content.server()).contains("/run/nbd.sock");
        assertThat(content.published()).contains("2026-01-02T03:04:05Z");
        assertThat(directory.toFile().list()).containsExactly("disk.journal");
    }

    @Test
    void isStartedWithWhatIsKnownAndTakesThePlaceOfTheOneBefore() throws IOException {
        written();
        JournalContent before = RestoreJournal.read(file).orElseThrow();
        try (RestoreJournal journal = RestoreJournal.create(file, before.with(HEADER))) {
            journal.progress(List.of(progress(1, 700)));
        }

        JournalContent content = RestoreJournal.read(file).orElseThrow();
        assertThat(content.begun()).containsExactly(stream(0));
        assertThat(content.progress()).containsExactly(progress(0, 600), progress(1, 700));
        assertThat(content.server()).isEmpty();
        assertThat(content.published()).isEmpty();
    }

    @Test
    void oneThatIsNotThereOrIsNoneSaysNothing() throws IOException {
        assertThat(RestoreJournal.read(file)).isEmpty();
        Files.writeString(file, "");
        assertThat(RestoreJournal.read(file)).isEmpty();
        Files.writeString(file, "precious data\nof somebody else\n");
        assertThat(RestoreJournal.read(file)).isEmpty();
        Files.delete(file);
        Files.createDirectory(file);
        assertThat(RestoreJournal.read(file)).isEmpty();
    }

    @Test
    void aLineThatWasBeingWrittenDoesNotCount() throws IOException {
        byte[] whole = written();
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < whole.length; i++) {
            if (whole[i] == '\n') {
                ends.add(i + 1);
            }
        }
        for (int cut = 0; cut < whole.length; cut++) {
            int length = cut;
            int lines = ends.stream().filter(end -> end <= length).mapToInt(Integer::intValue).max().orElse(0);
            Files.write(file, Arrays.copyOf(whole, cut));
            Optional<JournalContent> found = RestoreJournal.read(file);
            if (lines == 0) {
                assertThat(found).as("cut at %d", cut).isEmpty();
            } else {
                Files.write(file, Arrays.copyOf(whole, lines));
                assertSame(found.orElseThrow(), RestoreJournal.read(file).orElseThrow());
            }
        }
    }

    @Test
    void zeroesThatAKilledMachineLeavesAtTheEndDoNotCount() throws IOException {
        byte[] whole = written();
        JournalContent expected = RestoreJournal.read(file).orElseThrow();

        Files.write(file, new byte[100], StandardOpenOption.APPEND);

        assertThat(Files.size(file)).isEqualTo(whole.length + 100);
        assertSame(RestoreJournal.read(file).orElseThrow(), expected);
    }

    /** Whatever happens to it: it says nothing, or what it said at some time, and never anything else. */
    @Test
    void aDamageIsNeverTakenForProgress() throws IOException {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] whole = written();
        for (int run = 0; run < 20_000; run++) {
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Optional<JournalContent> found = JournalLines.read(damaged);
            found.ifPresent(content -> {
                assertThat(content.header()).as("seed %d", seed).isEqualTo(HEADER);
                assertThat(content.begun()).as("seed %d", seed).isSubsetOf(List.of(stream(0)));
                assertThat(content.progress()).as("seed %d", seed)
                        .isSubsetOf(List.of(progress(0, 100), progress(0, 600), progress(1, 20)));
            });
        }
    }

    @Test
    void linesOfOtherProgramsWithRightChecksumsAreRefused() throws IOException {
        String header = JournalLines.of(HEADER);
        for (String foreign : List.of("{\"stream\":0}", "{\"stream\":-1,\"start\":0,\"end\":0,\"data\":0,\"zero\":0}",
                "{\"stream\":0,\"start\":5,\"end\":4,\"data\":0,\"zero\":0}", "{\"begun\":\"x\",\"bytes\":1}", "{}", "[]", "5")) {
            CRC32C crc = new CRC32C();
            crc.update(foreign.getBytes(StandardCharsets.UTF_8));
            String line = String.format("%08x %s\n", crc.getValue(), foreign);
            assertThat(JournalLines.read((header + line).getBytes(StandardCharsets.UTF_8))).as(foreign).isEmpty();
            assertThat(JournalLines.read((line + header).getBytes(StandardCharsets.UTF_8))).as(foreign).isEmpty();
        }
    }

    @Test
    void onlyTheSameRestoreGoesOn() {
        assertThat(HEADER.continues(HEADER)).isTrue();
        assertThat(new JournalHeader("other", "RAW", 1000, 42).continues(HEADER)).isFalse();
        assertThat(new JournalHeader("plan", "QCOW2", 1000, 42).continues(HEADER)).isFalse();
        assertThat(new JournalHeader("plan", "RAW", 1001, 42).continues(HEADER)).isFalse();
        assertThat(new JournalHeader("plan", "RAW", 1000, 43).continues(HEADER)).isFalse();
        JournalHeader session = new JournalHeader(JournalHeader.SESSION, "RAW", 1000, 42);
        assertThat(new JournalHeader(JournalHeader.SESSION, "RAW", 1001, 42).continues(session)).isTrue();
        assertThat(new JournalHeader(JournalHeader.SESSION, "RAW", 999, 42).continues(session)).isFalse();
    }

    @Test
    void aFailureToStartLeavesNothing() {
        assertThatThrownBy(() -> RestoreJournal.create(directory.resolve("missing/journal"), new JournalContent(HEADER)))
                .isInstanceOf(IOException.class);
        assertThat(directory).isEmptyDirectory();
    }
}
