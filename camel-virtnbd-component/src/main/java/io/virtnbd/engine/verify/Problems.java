/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Gathers what is wrong with a set. All is counted, and so much kept that a store in ruins can still be reported. */
final class Problems {

    static final int MOST_KEPT = 10_000;

    private final List<Problem> kept = new ArrayList<>();
    private final Set<String> damagedFiles = new HashSet<>();
    private long count;
    private Exception first;

    void add(Problem problem) {
        count++;
        problem.file().ifPresent(damagedFiles::add);
        if (kept.size() < MOST_KEPT) {
            kept.add(problem);
        }
    }

    /** @param place names the file in the message */
    void add(String file, String place, Exception failure) {
        remember(failure);
        add(Problem.of(file, place, failure));
    }

    /** What is wrong with several files together. */
    void addOfSet(Exception failure) {
        remember(failure);
        add(Problem.of(failure));
    }

    private void remember(Exception failure) {
        first = first == null ? failure : first;
    }

    List<Problem> kept() {
        return List.copyOf(kept);
    }

    long count() {
        return count;
    }

    boolean isDamaged(String file) {
        return damagedFiles.contains(file);
    }

    /** The first exception, as the cause of one that tells of all; null where there was none. */
    Exception first() {
        return first;
    }
}
