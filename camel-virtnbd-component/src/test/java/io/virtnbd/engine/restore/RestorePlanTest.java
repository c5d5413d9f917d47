/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.ChainException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RestorePlanTest {

    private static final int SIZE = 4096;

    @TempDir
    Path directory;

    private static StreamInput full() {
        return StreamBytes.full(SIZE).zero(0, SIZE).input("full");
    }

    private static StreamInput on(int parent, int checkpoint) {
        return StreamBytes.increment(SIZE, "cp." + parent, "cp." + checkpoint).input("cp" + checkpoint + "on" + parent);
    }

    static Stream<Arguments> chains() {
        return Stream.of(
                Arguments.of("a full", List.of(full())),
                Arguments.of("increments", List.of(full(), on(0, 1), on(1, 2))),
                Arguments.of("a differential on the full", List.of(full(), on(0, 1), on(1, 2), on(0, 3))),
                Arguments.of("a differential on the last increment", List.of(full(), on(0, 1), on(1, 2))),
                Arguments.of("numbers of more digits", List.of(full(), on(0, 9), on(0, 10))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chains")
    void takesAChain(String what, List<StreamInput> inputs) throws IOException {
        try (RestorePlan plan = RestorePlan.of(inputs)) {
            assertThat(plan.steps()).hasSameSizeAs(inputs);
        }
    }

    private StreamInput file(String name, StreamBytes stream) throws IOException {
        return StreamInput.of(Files.write(directory.resolve(name), stream.bytes()));
    }

    @Test
    void putsStreamsIntoTheOrderOfTheirSegmentsAndParents() throws IOException {
        List<StreamInput> inputs = new ArrayList<>(List.of(
                file("full0", StreamBytes.full(SIZE).segment(0, 2).zero(0, 1000)),
                file("full1", StreamBytes.full(SIZE).segment(1, 2).zero(1000, SIZE - 1000)),
                file("inc1", StreamBytes.increment(SIZE, "cp.0", "cp.1")),
                file("inc2-0", StreamBytes.increment(SIZE, "cp.1", "cp.2").segment(0, 2)),
                file("inc2-1", StreamBytes.increment(SIZE, "cp.1", "cp.2").segment(1, 2)),
                file("inc3", StreamBytes.increment(SIZE, "cp.2", "cp.3"))));
        List<String> names = inputs.stream().map(StreamInput::name).toList();
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(inputs, new Random(seed));
            try (RestorePlan plan = RestorePlan.of(inputs)) {
                assertThat(plan.steps()).extracting(RestoreStep::name).as("seed %d", seed).isEqualTo(names);
            }
        }
    }

    @Test
    void segmentsOfStreamsThatAreReadOnceComeInAnyOrder() throws IOException {
        try (RestorePlan plan = RestorePlan.of(List.of(
                StreamBytes.full(SIZE).segment(1, 2).zero(1000, SIZE - 1000).input("second"),
                StreamBytes.full(SIZE).segment(0, 2).zero(0, 1000).input("first"), on(0, 1)))) {
            assertThat(plan.steps()).extracting(RestoreStep::name).containsExactly("first", "second", "cp1on0");
        }
        assertThatThrownBy(() -> RestorePlan.of(List.of(on(0, 1), full()))).isInstanceOf(ChainException.class);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("an increment again", List.of(full(), on(0, 1), on(1, 2), on(0, 1)), "found 'cp.1' again"),
                Arguments.of("the last increment again", List.of(full(), on(0, 1), on(0, 1)), "found 'cp.1' again"),
                Arguments.of("the full's checkpoint again", List.of(full(), on(0, 0)), "found 'cp.0' again"),
                Arguments.of("an increment after a differential", List.of(full(), on(0, 2), on(0, 1)),
                        "newer than cp.2 of cp2on0, found cp.1"),
                Arguments.of("an older differential", List.of(full(), on(0, 1), on(1, 3), on(0, 2)),
                        "newer than cp.3 of cp3on1, found cp.2"),
                Arguments.of("a differential in between", List.of(full(), on(0, 1), on(0, 2), on(2, 3)),
                        "no further stream after the differential cp2on0"),
                Arguments.of("two differentials", List.of(full(), on(0, 1), on(0, 2), on(0, 3)),
                        "no further stream after the differential cp2on0"),
                Arguments.of("a differential of another series",
                        List.of(full(), on(0, 1), StreamBytes.increment(SIZE, "cp.0", "other.9").input("other")),
                        "newer than cp.1 of cp1on0, found other.9"),
                Arguments.of("a gap", List.of(full(), on(1, 2)), "cp2on1 builds on checkpoint cp.1"),
                Arguments.of("no full", List.of(on(0, 1)), "expected a full or a copy as the first"),
                Arguments.of("two fulls", List.of(full(), full()), "expected an increment after full"),
                Arguments.of("a disk that shrinks",
                        List.of(full(), StreamBytes.increment(SIZE - 1, "cp.0", "cp.1").input("less")), "at least 4096"),
                Arguments.of("an increment of another chain", List.of(chained("cp.0", "b"), chained("cp.1", "a")),
                        "expected chain b, found a"),
                Arguments.of("nothing", List.of(), "no stream"));
    }

    private static StreamInput chained(String checkpoint, String chain) {
        StreamBytes stream = checkpoint.equals("cp.0") ? StreamBytes.full(SIZE)
                : StreamBytes.increment(SIZE, "cp.0", checkpoint);
        stream.metadata().chainId(chain);
        return stream.input(checkpoint);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void refusesWhatIsNoChain(String what, List<StreamInput> inputs, String message) {
        assertThatThrownBy(() -> RestorePlan.of(inputs)).isInstanceOf(ChainException.class).hasMessageContaining(message);
    }

    static Stream<Arguments> foreignSegments() {
        return Stream.of(
                Arguments.of("date", (Consumer<StreamBytes>) stream -> stream.metadata().date("2026-01-03T00:00:00.000000")),
                Arguments.of("checkpoint", (Consumer<StreamBytes>) stream -> stream.metadata().checkpointName("cp.1")),
                Arguments.of("disk", (Consumer<StreamBytes>) stream -> stream.metadata().diskName("vdb")),
                Arguments.of("virtual size", (Consumer<StreamBytes>) stream -> stream.metadata().virtualSize(SIZE + 1)),
                Arguments.of("incremental", (Consumer<StreamBytes>) stream -> stream.metadata().incremental(true)),
                Arguments.of("segment 1 of 2", (Consumer<StreamBytes>) stream -> stream.segment(1, 3)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("foreignSegments")
    void refusesSegmentsOfTwoBackups(String what, Consumer<StreamBytes> change) {
        StreamBytes second = StreamBytes.full(SIZE).segment(1, 2).zero(SIZE / 2, SIZE / 2);
        change.accept(second);

        assertThatThrownBy(() -> RestorePlan.of(List.of(
                StreamBytes.full(SIZE).segment(0, 2).zero(0, SIZE / 2).input("first"), second.input("second"))))
                .isInstanceOf(ChainException.class).hasMessageContaining("second: expected " + what);
    }

    @Test
    void refusesAStreamThatIsAnotherOneWhenItsTurnComes() throws IOException {
        Path file = Files.write(directory.resolve("stream"), StreamBytes.full(SIZE).zero(0, SIZE).bytes());
        try (RestorePlan plan = RestorePlan.of(List.of(StreamInput.of(file)))) {
            plan.steps().get(0).open().close();
            Files.write(file, StreamBytes.full(2 * SIZE).zero(0, 2 * SIZE).bytes());

            assertThatThrownBy(() -> plan.steps().get(0).open()).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("stream has changed");
        }
    }

    @Test
    void closesEveryStreamAlsoWhenOneFails() throws IOException {
        List<Stubborn> streams = List.of(new Stubborn(full()), new Stubborn(on(0, 1)), new Stubborn(on(1, 2)));
        RestorePlan plan = RestorePlan.of(List.copyOf(streams));

        assertThatThrownBy(plan::close).isInstanceOf(IOException.class).hasMessage("cannot close full")
                .satisfies(error -> assertThat(error.getSuppressed()).hasSize(2));
        assertThat(streams).allMatch(stream -> stream.closed);
    }

    @Test
    void closesEveryStreamWhenTheyMakeNoChain() {
        List<Stubborn> streams = List.of(new Stubborn(full()), new Stubborn(on(0, 1)), new Stubborn(on(5, 6)));

        assertThatThrownBy(() -> RestorePlan.of(List.copyOf(streams))).isInstanceOf(ChainException.class)
                .satisfies(error -> assertThat(error.getSuppressed()).hasSize(1));
        assertThat(streams).allMatch(stream -> stream.closed);
    }

    /** A stream that is read once and whose closing fails. */
    private static final class Stubborn implements StreamInput {

        private final StreamInput input;
        private boolean closed;

        Stubborn(StreamInput input) {
            this.input = input;
        }

        @Override
        public String name() {
            return input.name();
        }

        @Override
        public boolean reopenable() {
            return false;
        }

        @Override
        public InputStream open() throws IOException {
            return new FilterInputStream(input.open()) {
                @Override
                public void close() throws IOException {
                    if (!closed) {
                        closed = true;
                        throw new IOException("cannot close " + name());
                    }
                }
            };
        }
    }
}
