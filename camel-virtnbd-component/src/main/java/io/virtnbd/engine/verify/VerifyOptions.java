/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.Until;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What is verified of a set.
 *
 * @param disk  the only one to look at, beside what belongs to the whole domain; empty for all
 * @param until what to end with; with the newest all that is there is verified
 * @param read  whether the streams of a {@link StreamUnit} are read to their ends
 */
record VerifyOptions(Optional<String> disk, Until until, Predicate<String> read) {

    static final VerifyOptions ALL = new VerifyOptions(Optional.empty(), Until.NEWEST, unit -> true);

    VerifyOptions reading(Predicate<String> units) {
        return new VerifyOptions(disk, until, units);
    }

    boolean isOfAll() {
        return until.equals(Until.NEWEST);
    }

    boolean concerns(String name) {
        return disk.isEmpty() || disk.get().equals(name);
    }
}
