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
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestoreSessionTest {

    private static final int SIZE = 40_000;
    private static final int GROWN = 50_000;
    private static final int SEGMENTS = 4;

    @TempDir
    Path directory;
    private RestoreOptions options;

    @BeforeEach
    void target() {
        options = RestoreOptions.toImage(directory.resolve("disk.raw"), ImageFormat.RAW);
    }

    private static StreamInput full(int segment) {
        int length = SIZE / SEGMENTS;
        return StreamBytes.full(SIZE).segment(segment, SEGMENTS).data(segment * length, filled(length, segment + 1))
                .input("full-" + segment);
    }

    private static StreamInput first(int segment) {
        return StreamBytes.increment(SIZE, "cp.0", "cp.1").segment(segment, 2).data(segment * 1000, filled(1000, 11 + segment))
                .input("inc1-" + segment);
    }

    private static StreamInput second() {
        return StreamBytes.increment(GROWN, "cp.1", "cp.2").zero(500, 1000).data(45_000, filled(100, 20)).input("inc2");
    }

    private static byte[] expected() {
        byte[] disk = new byte[GROWN];
        IntStream.range(0, SIZE).forEach(i -> disk[i] = (byte) (i / (SIZE / SEGMENTS) + 1));
        Arrays.fill(disk, 0, 1000, (byte) 11);
        Arrays.fill(disk, 1000, 2000, (byte) 12);
        Arrays.fill(disk, 500, 1500, (byte) 0);
        Arrays.fill(disk, 45_000, 45_100, (byte) 20);
        return disk;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void takesStreamsOneByOneInAnyOrderWithinABackup(boolean sessionForEach) throws IOException {
        Random random = new Random(5);
        List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 2));
        Collections.shuffle(order, random);
        RestoreSession session = new RestoreSession(options);
        SessionProgress progress = null;
        List<StreamInput> inputs = new ArrayList<>();
        order.forEach(segment -> inputs.add(full(segment)));
        inputs.addAll(List.of(first(1), full(1), first(0), first(1), second()));
        for (StreamInput input : inputs) {
            if (sessionForEach) {
                session.close();
                session = new RestoreSession(options);
            }
            progress = session.accept(input, "cp.2");
        }

        assertThat(progress.complete()).isTrue();
        assertThat(progress.streams()).isEqualTo(SEGMENTS + 3);
        assertThat(progress.virtualSize()).isEqualTo(GROWN);
        assertThat(session.isClosed()).isTrue();
        assertThat(Files.readAllBytes(directory.resolve("disk.raw"))).isEqualTo(expected());
        assertThat(directory.toFile().list()).containsExactly("disk.raw");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void restoresToAnExportToo(boolean journal) throws IOException {
        try (ServedDisk disk = new ServedDisk(GROWN)) {
            disk.write(0, filled(GROWN, 0xee));
            RestoreOptions export = RestoreOptions.toExport(disk.uri());
            if (journal) {
                export = export.withJournal(directory.resolve("journal"));
            }
            try (RestoreSession session = new RestoreSession(export)) {
                for (StreamInput input : List.of(full(3), full(0), full(1), full(2), first(1), first(0), second())) {
                    assertThat(session.accept(input, null).applied()).isTrue();
                }
                assertThat(session.complete("cp.2").complete()).isTrue();
            }
            assertThat(disk.content()).isEqualTo(expected());
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aRepeatedStreamIsNotAppliedOverNewerData() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            for (StreamInput input : List.of(full(0), full(1), full(2), full(3), first(0), first(1))) {
                session.accept(input, null);
            }
            assertThat(session.accept(full(0), null).applied()).isFalse();
            assertThat(session.complete(null).complete()).isTrue();
        }
        assertThat(Files.readAllBytes(directory.resolve("disk.raw"))).startsWith(filled(1000, 11));
    }

    @Test
    void whatComesTooEarlyIsRefusedAndSaysWhatIsMissing() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            assertEarly(session, first(0), "the full or copy of the chain");
            assertThat(directory).isEmptyDirectory();
            session.accept(full(2), null);
            session.accept(full(0), null);
            assertEarly(session, first(0), "segment 1 of checkpoint cp.0", "segment 3 of checkpoint cp.0");
            assertThatThrownBy(() -> session.complete(null)).isInstanceOf(IncompleteChainException.class)
                    .hasMessageContaining("segment 1 of checkpoint cp.0");
            session.accept(full(1), null);
            assertThat(session.accept(full(3), null).missing()).isEmpty();
            assertEarly(session, second(), "the stream of checkpoint cp.1");
            assertThatThrownBy(() -> session.complete("cp.1")).isInstanceOf(IncompleteChainException.class)
                    .hasMessageContaining("the stream of checkpoint cp.1");
            assertThat(directory.resolve("disk.raw")).doesNotExist();
            session.accept(first(0), "cp.1");
            assertThat(session.accept(first(1), "cp.1").complete()).isTrue();
        }
        assertThat(directory.toFile().list()).containsExactly("disk.raw");
    }

    private static void assertEarly(RestoreSession session, StreamInput input, String... missing) {
        assertThatThrownBy(() -> session.accept(input, null)).isInstanceOf(IncompleteChainException.class)
                .satisfies(error -> assertThat(((IncompleteChainException) error).missing()).containsExactly(missing));
    }

    @Test
    void aStreamThatNeverFitsIsRefusedAndHarmsNothing() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(full(0), null);
            StreamBytes foreign = StreamBytes.full(SIZE).segment(1, SEGMENTS).data(10_000, filled(10_000, 9));
            foreign.metadata().date("2026-02-02T03:04:05.000000");
            assertThatThrownBy(() -> session.accept(foreign.input("foreign"), null)).isInstanceOf(ChainException.class)
                    .hasMessageContaining("foreign: expected date");
            for (int i = 1; i < SEGMENTS; i++) {
                session.accept(full(i), null);
            }
            assertThat(session.complete(null).streams()).isEqualTo(SEGMENTS);
        }
    }

    @Test
    void anUnfinishedSessionLeavesOnlyWhatAnotherGoesOnWith() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(full(0), null);
        }
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("disk.raw.partial", "disk.raw.partial.journal");

        try (RestoreSession session = new RestoreSession(options)) {
            assertThat(session.accept(full(0), null).applied()).isFalse();
        }
        try (RestoreSession session = new RestoreSession(options)) {
            StreamBytes other = StreamBytes.full(SIZE).data(0, filled(SIZE, 7));
            other.metadata().checkpointName("other.0");
            SessionProgress progress = session.accept(other.input("another chain"), null);
            assertThat(progress.streams()).isEqualTo(1);
            session.complete(null);
        }
        assertThat(Files.readAllBytes(directory.resolve("disk.raw"))).isEqualTo(filled(SIZE, 7));
    }

    @Test
    void takesStreamsFromSeveralThreads() throws Exception {
        try (RestoreSession session = new RestoreSession(options)) {
            IntStream.range(0, 40).parallel().forEach(i -> {
                try {
                    session.accept(full(i % SEGMENTS), null);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(session.complete(null).streams()).isEqualTo(SEGMENTS);
        }
    }

    @Test
    void verifyIsRefusedBeforeTheFirstWrite() {
        assertThatThrownBy(() -> new RestoreSession(options.withVerify(true))).isInstanceOf(RestoreException.class)
                .hasMessageContaining("expected verify=false");
    }

    @Test
    void aDiskThatGrowsKeepsWhatWasAppliedAlsoWithoutResume() throws IOException {
        try (RestoreSession session = new RestoreSession(options.withResume(false))) {
            for (StreamInput input : List.of(full(0), full(1), full(2), full(3), first(0), first(1), second())) {
                session.accept(input, null);
            }
            session.complete("cp.2");
        }
        assertThat(Files.readAllBytes(directory.resolve("disk.raw"))).isEqualTo(expected());
    }

    @Test
    void aStreamOfALargerDiskThatIsRefusedDoesNotMakeItGrow() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            for (int i = 0; i < SEGMENTS; i++) {
                session.accept(full(i), null);
            }
        }
        try (RestoreSession session = new RestoreSession(options)) {
            assertEarly(session, second(), "the stream of checkpoint cp.1");
            assertThat(session.complete("cp.0").virtualSize()).isEqualTo(SIZE);
        }
        assertThat(Files.size(directory.resolve("disk.raw"))).isEqualTo(SIZE);
    }

    /** What was written of the first delivery stays, and is not what the second one is compared for. */
    @Test
    void aStreamThatGoesOnIsTheOneThatWasBegun() throws IOException {
        byte[] right = frames(5);
        byte[] wrong = right.clone();
        int first = 0;
        while (wrong[first] != 5) {
            first++;
        }
        wrong[first] ^= 1; // of what is in the journal first
        RestoreOptions often = options.withSyncInterval(1);
        try (RestoreSession session = new RestoreSession(often)) {
            assertThatThrownBy(() -> session.accept(breaking(wrong), null)).hasMessage("lost");
        }
        assertThat(directory.toFile().list()).contains("disk.raw.partial");
        try (RestoreSession session = new RestoreSession(often)) {
            assertThatThrownBy(() -> session.accept(StreamInput.of("again", new ByteArrayInputStream(right)), "cp.0"))
                    .isInstanceOf(RestoreException.class).hasMessageContaining("expected the stream that was begun");
        }
        assertThat(directory).isEmptyDirectory();
        try (RestoreSession session = new RestoreSession(often)) {
            assertThatThrownBy(() -> session.accept(breaking(right), "cp.0")).hasMessage("lost");
            assertThat(session.accept(StreamInput.of("again", new ByteArrayInputStream(right)), "cp.0").complete()).isTrue();
        }
        assertThat(Files.readAllBytes(directory.resolve("disk.raw"))).isEqualTo(filled(SIZE, 5));
    }

    private static byte[] frames(int value) {
        StreamBytes stream = StreamBytes.full(SIZE);
        for (int at = 0; at < SIZE; at += 1000) {
            stream.data(at, filled(1000, value));
        }
        return stream.bytes();
    }

    /** Breaks off before its end, and not before something of it is in the journal. */
    private StreamInput breaking(byte[] stream) {
        Path journal = directory.resolve("disk.raw.partial.journal");
        return StreamInput.of("breaking", new FilterInputStream(new ByteArrayInputStream(stream)) {
            private int taken;

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                while (taken > 0 && taken >= stream.length / 2 && !Files.readString(journal).contains("\"stream\"")) {
                    Thread.onSpinWait();
                }
                if (taken >= stream.length * 3 / 4) {
                    throw new IOException("lost");
                }
                int count = super.read(target, offset, Math.min(length, 100));
                taken += count;
                return count;
            }
        });
    }
}
