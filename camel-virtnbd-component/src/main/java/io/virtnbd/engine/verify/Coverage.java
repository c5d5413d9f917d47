/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.time.Instant;
import java.util.Optional;

/**
 * How much of a store was read, in this run and before.
 *
 * @param percent       how much is read in a run
 * @param run           number of the run, from 1
 * @param runs          in how many consecutive runs everything is read
 * @param unitsRead     number of backups of disks whose streams were read in this run
 * @param unitsUnread   number of the others
 * @param neverVerified number of those that were not read to their ends and found whole in this run or before
 * @param oldest        when that was read which was read longest ago; empty where something never was
 */
public record Coverage(int percent, long run, int runs, long unitsRead, long unitsUnread, long neverVerified,
                       Optional<Instant> oldest) {

    static Coverage of(int percent, Rotation rotation, RotationState after) {
        long never = after.marks().values().stream().filter(mark -> !mark.verified()).count();
        Optional<Instant> oldest = never > 0 ? Optional.empty() : after.marks().values().stream()
                .map(mark -> Instant.ofEpochSecond(mark.epochSeconds())).min(Instant::compareTo);
        return new Coverage(percent, rotation.run(), Rotation.runs(percent), rotation.chosen().size(),
                rotation.units().size() - rotation.chosen().size(), never, oldest);
    }
}
