/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One run that reads a part of a store. What it has read is saved as it goes on, so that a run that is broken off counts. */
final class PartialRead {

    private static final long SAVE_EVERY = TimeUnit.MINUTES.toNanos(1);

    private final String store;
    private final int percent;
    private final VerificationState kept;
    private final Map<String, RotationState.Mark> marks = new HashMap<>();
    private final Map<VerifiedSet, Set<String>> unitsOf = new HashMap<>();
    private Rotation rotation;
    private long saved;

    PartialRead(String store, int percent, VerificationState kept) {
        this.store = store;
        this.percent = percent;
        this.kept = kept;
    }

    /** Chooses. A set that cannot be listed now will be found unreadable later, and keeps its marks. */
    void begin(List<VerifiedSet> sets) throws IOException {
        RotationState before = kept.load(store);
        Map<String, Long> units = new TreeMap<>();
        for (VerifiedSet set : sets) {
            try {
                Map<String, Long> own = StreamUnit.units(set.store().files());
                own.forEach((unit, bytes) -> units.put(set.unit(unit), bytes));
                unitsOf.put(set, own.keySet().stream().map(set::unit).collect(Collectors.toSet()));
            } catch (IOException e) {
                keepMarks(set, before);
            }
        }
        rotation = Rotation.next(before, percent, units);
        units.forEach((unit, bytes) -> marks.put(unit, before.mark(unit, bytes)));
        saved = System.nanoTime();
    }

    private void keepMarks(VerifiedSet set, RotationState before) {
        String prefix = set.unit("");
        before.marks().forEach((unit, mark) -> {
            if (unit.startsWith(prefix)) {
                marks.put(unit, mark);
            }
        });
    }

    boolean reads(VerifiedSet set, String unit) {
        return rotation.chosen().contains(set.unit(unit));
    }

    /** Takes down what was read. What was damaged is read again in the next run. */
    void verified(VerifiedSet set, SetReport report) throws IOException {
        if (report.streams() == 0 && !report.isWhole()) {
            return;
        }
        Set<String> damaged = report.damaged().stream().map(set::unit).collect(Collectors.toSet());
        long overdue = rotation.run() - Rotation.runs(percent);
        for (String unit : unitsOf.getOrDefault(set, Set.of())) {
            long bytes = rotation.units().get(unit);
            if (damaged.contains(unit)) {
                marks.put(unit, new RotationState.Mark(overdue, bytes, 0));
            } else if (rotation.chosen().contains(unit)) {
                marks.put(unit, new RotationState.Mark(rotation.run(), bytes, Instant.now().getEpochSecond()));
            }
        }
        unitsOf.remove(set);
        if (System.nanoTime() - saved > SAVE_EVERY) {
            kept.save(new RotationState(store, rotation.run() - 1, marks));
            saved = System.nanoTime();
        }
    }

    /** The run is done. */
    Coverage end() throws IOException {
        RotationState after = new RotationState(store, rotation.run(), marks);
        kept.save(after);
        return Coverage.of(percent, rotation, after);
    }
}
