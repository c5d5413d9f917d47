/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What was found in a store.
 *
 * @param name     of the store, such as the path of a directory
 * @param sets     in alphabetical order; also those that could not be looked into
 * @param coverage where a part of the store is read in a run
 * @param duration how long it took
 */
public record StoreReport(String name, List<SetReport> sets, Optional<Coverage> coverage, Duration duration) {

    public StoreReport {
        sets = List.copyOf(sets);
    }

    /** Whether nothing is wrong as far as was looked. */
    public boolean isWhole() {
        return sets.stream().allMatch(SetReport::isWhole);
    }
}
