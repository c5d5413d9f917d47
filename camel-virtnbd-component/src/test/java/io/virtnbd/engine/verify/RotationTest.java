/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RotationTest {

    private static final long GIB = 1L << 30;

    /** What a run leaves when all that was chosen is whole. */
    private static RotationState after(Rotation rotation, RotationState before) {
        Map<String, RotationState.Mark> marks = new HashMap<>();
        rotation.units().forEach((unit, bytes) -> marks.put(unit, rotation.chosen().contains(unit)
                ? new RotationState.Mark(rotation.run(), bytes, 1000 + rotation.run()) : before.mark(unit, bytes)));
        return new RotationState(before.store(), rotation.run(), marks);
    }

    private static long bytes(Rotation rotation) {
        return rotation.chosen().stream().mapToLong(rotation.units()::get).sum();
    }

    @RepeatedTest(200)
    void readsEachUnitOnceInTheGivenNumberOfRunsWhateverComesAndGoes(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        int percent = 1 + random.nextInt(100);
        int runs = Rotation.runs(percent);
        Map<String, Long> units = new TreeMap<>();
        Map<String, Integer> unreadRuns = new HashMap<>();
        RotationState state = RotationState.initial("store");
        int next = 0;
        for (int run = 0; run < 3 * runs + 5; run++) {
            for (int coming = random.nextInt(5); coming > 0; coming--) {
                units.put("unit" + next++, random.nextInt(8) == 0 ? random.nextInt(1000) * GIB : (long) random.nextInt(1 << 20));
            }
            units.keySet().removeIf(unit -> random.nextInt(30) == 0);
            unreadRuns.keySet().retainAll(units.keySet());
            Rotation rotation = Rotation.next(state, percent, units);
            for (String unit : units.keySet()) {
                int unread = rotation.chosen().contains(unit) ? 0 : unreadRuns.getOrDefault(unit, 0) + 1;
                unreadRuns.put(unit, unread);
                assertThat(unread).as("runs without %s, seed %d, percent %d, run %d", unit, seed, percent, run).isLessThan(runs);
            }
            state = after(rotation, state);
        }
    }

    @RepeatedTest(50)
    void readsAboutTheGivenPartOfAStoreThatStaysAsItIs(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        Map<String, Long> units = new TreeMap<>();
        long total = 0;
        long largest = 0;
        for (int i = 0; i < 300; i++) {
            long bytes = 1 + random.nextInt(1 << 20);
            units.put("unit" + i, bytes);
            total += bytes;
            largest = Math.max(largest, bytes);
        }
        int percent = 2 + random.nextInt(40);
        RotationState state = RotationState.initial("store");
        for (int run = 0; run < 3 * Rotation.runs(percent); run++) {
            Rotation rotation = Rotation.next(state, percent, units);
            assertThat(bytes(rotation)).as("bytes of run %d, seed %d, percent %d", run, seed, percent)
                    .isLessThanOrEqualTo(total * percent / 100 + 2 * largest);
            state = after(rotation, state);
        }
    }

    @Test
    void aUnitLargerThanARunGoesAlone() {
        Map<String, Long> units = new TreeMap<>();
        units.put("huge", 1024 * GIB);
        for (int i = 0; i < 100; i++) {
            units.put("small" + i, GIB);
        }
        RotationState state = RotationState.initial("store");
        int alone = 0;
        for (int run = 0; run < 10; run++) {
            Rotation rotation = Rotation.next(state, 10, units);
            if (rotation.chosen().contains("huge")) {
                assertThat(rotation.chosen()).hasSize(1);
                alone++;
            } else {
                assertThat(bytes(rotation)).isLessThanOrEqualTo(113 * GIB);
            }
            state = after(rotation, state);
        }
        assertThat(alone).isEqualTo(1);
    }

    @Test
    void whatWasNeverReadComesFirst() {
        Map<String, Long> units = new TreeMap<>(Map.of("a", 10L, "b", 10L, "c", 10L, "d", 10L, "e", 10L));
        RotationState state = RotationState.initial("store");
        for (int run = 0; run < 5; run++) {
            state = after(Rotation.next(state, 20, units), state);
        }
        units.put("new", 10L);

        assertThat(Rotation.next(state, 20, units).chosen()).contains("new").hasSize(2);
    }

    @Test
    void whatIsDamagedIsReadInEachRunAndTakesNoRoomFromTheOthers() {
        Map<String, Long> units = new TreeMap<>(Map.of("damaged", 1000L));
        for (int i = 0; i < 100; i++) {
            units.put("unit" + i, 10L);
        }
        int runs = Rotation.runs(5);
        RotationState state = RotationState.initial("store");
        for (int run = 0; run < 2 * runs; run++) {
            Rotation rotation = Rotation.next(state, 5, units);

            assertThat(rotation.chosen()).as("run %d", run).contains("damaged");
            assertThat(bytes(rotation)).as("run %d", run).isLessThanOrEqualTo(1000 + 100);
            Map<String, RotationState.Mark> marks = new HashMap<>(after(rotation, state).marks());
            marks.put("damaged", new RotationState.Mark(rotation.run() - runs, 1000, 0));
            state = new RotationState("store", rotation.run(), marks);
        }
        assertThat(state.marks().values()).filteredOn(mark -> !mark.verified()).hasSize(1);
    }

    @Test
    void aFileOfAnotherSizeUnderTheSameNameIsNew() {
        Map<String, Long> units = new TreeMap<>(Map.of("a", 10L, "b", 10L, "c", 10L, "d", 10L));
        RotationState state = RotationState.initial("store");
        for (int run = 0; run < 4; run++) {
            state = after(Rotation.next(state, 25, units), state);
        }
        units.put("d", 11L);

        assertThat(Rotation.next(state, 25, units).chosen()).contains("d");
    }

    @Test
    void aHundredPercentIsAll() {
        Map<String, Long> units = Map.of("a", 0L, "b", 1L, "c", GIB);

        assertThat(Rotation.next(RotationState.initial("store"), 100, units).chosen()).isEqualTo(units.keySet());
        assertThat(Rotation.next(RotationState.initial("store"), 10, Map.of()).chosen()).isEmpty();
    }
}
