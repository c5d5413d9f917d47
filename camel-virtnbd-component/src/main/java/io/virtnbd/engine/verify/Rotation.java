/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Chooses what is read in a run. Each unit is read at least once in any {@code ceil(100 / percent)} consecutive runs in which it
 * is there, whatever comes and goes meanwhile. What was never read, or was damaged when it was, comes first; then what was read
 * longest ago. What is due is read however much was chosen before. A run reads about the given part of all bytes: more where
 * otherwise some later run had to read more than that to keep the promise, and where one unit alone is more. What was damaged is
 * read in addition: it would take the place of all else in each run, until all of that is due at once.
 *
 * @param run    number of this run
 * @param units  bytes of all
 * @param chosen those to read
 */
record Rotation(long run, Map<String, Long> units, Set<String> chosen) {

    private static final int ALL = 100;

    private record Candidate(String unit, long bytes, boolean verified, long deadline) {

        /** Damaged when it was read: nothing else is overdue, unless it could not be read when it was due. */
        boolean isAgain(long run) {
            return !verified && deadline < run;
        }
    }

    /** Most runs from one reading of a unit to the next. */
    static int runs(int percent) {
        return (ALL + percent - 1) / percent;
    }

    /** @param percent 1 to 100 */
    static Rotation next(RotationState state, int percent, Map<String, Long> units) {
        long run = state.run() + 1;
        List<Candidate> candidates = candidates(state, run, runs(percent), units);
        long part = part(percent, candidates);
        long budget = Math.max(part, leastToKeepUp(run, part, candidates));
        Set<String> chosen = new HashSet<>();
        long bytes = 0;
        for (Candidate candidate : candidates) {
            if (candidate.isAgain(run)) {
                chosen.add(candidate.unit());
                continue;
            }
            boolean due = candidate.deadline() <= run;
            boolean begins = bytes == 0 && !candidate.verified();
            // to the nearest: what is over now is less to do later
            if (due || begins || bytes + candidate.bytes() / 2 <= budget) {
                chosen.add(candidate.unit());
                bytes += candidate.bytes();
            }
        }
        return new Rotation(run, units, chosen);
    }

    /** In the order in which they are chosen: the largest first among equals, since it needs a run of its own. */
    private static List<Candidate> candidates(RotationState state, long run, int runs, Map<String, Long> units) {
        List<Candidate> candidates = new ArrayList<>(units.size());
        units.forEach((unit, bytes) -> {
            RotationState.Mark mark = state.mark(unit, bytes);
            candidates.add(new Candidate(unit, bytes, mark.verified(),
                    mark.verified() ? mark.run() + runs : mark.run() + runs - 1));
        });
        candidates.sort(Comparator.comparing(Candidate::verified)
                .thenComparingLong(Candidate::deadline)
                .thenComparing(Comparator.comparingLong(Candidate::bytes).reversed())
                .thenComparing(Candidate::unit));
        return candidates;
    }

    private static long part(int percent, List<Candidate> candidates) {
        long total = candidates.stream().mapToLong(Candidate::bytes).sum();
        return total / ALL * percent + (total % ALL * percent + ALL - 1) / ALL;
    }

    /** Bytes for each run so that all that is due by any run has been read by then, without what needs a run of its own. */
    private static long leastToKeepUp(long run, long part, List<Candidate> candidates) {
        SortedMap<Long, Long> due = new TreeMap<>();
        candidates.stream().filter(candidate -> candidate.bytes() <= part && !candidate.isAgain(run)).forEach(candidate ->
                due.merge(Math.max(run, candidate.deadline()), candidate.bytes(), Long::sum));
        long least = 0;
        long bytes = 0;
        for (Map.Entry<Long, Long> entry : due.entrySet()) {
            bytes += entry.getValue();
            long runs = entry.getKey() - run + 1;
            least = Math.max(least, (bytes + runs - 1) / runs);
        }
        return least;
    }
}
