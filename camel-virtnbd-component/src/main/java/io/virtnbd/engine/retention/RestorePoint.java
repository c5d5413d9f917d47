/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.retention;

import io.virtnbd.chain.CheckpointNumber;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.Set;

/**
 * A complete backup: a point in time that a domain can be restored to.
 *
 * @param domain     whose backup it is
 * @param set        path of its directory; empty for that which the retention is of
 * @param checkpoint that it made
 * @param root       checkpoint of the full or copy that its chain begins with
 * @param date       of the backup, in the local time of the machine that made it
 * @param needs      checkpoints of the backups of the set that are read when it is restored, its own too
 * @param level      label of its level
 * @param whole      whether its set is kept or goes as a whole, as a set of the reference does, which has no manifests
 */
record RestorePoint(String domain, String set, String checkpoint, String root, LocalDateTime date, Set<String> needs,
                    String level, boolean whole) {

    /** Oldest first. */
    static final Comparator<RestorePoint> BY_AGE = Comparator.comparing(RestorePoint::date)
            .thenComparing((one, other) -> CheckpointNumber.compare(one.checkpoint(), other.checkpoint()).orElse(0))
            .thenComparing(RestorePoint::set).thenComparing(RestorePoint::checkpoint);

    boolean isOf(RestorePoint chain) {
        return set.equals(chain.set) && root.equals(chain.root);
    }
}
