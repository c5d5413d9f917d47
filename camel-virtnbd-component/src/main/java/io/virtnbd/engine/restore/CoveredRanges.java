/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Ranges of a disk; neighbours are joined. */
final class CoveredRanges {

    /** Takes a range. */
    interface RangeConsumer {

        void accept(long start, long end) throws IOException;
    }

    private final NavigableMap<Long, Long> ends = new TreeMap<>();

    /** Adds a range, which may overlap others. */
    void add(long start, long end) {
        if (start >= end) {
            return;
        }
        long from = start;
        long to = end;
        Map.Entry<Long, Long> before = ends.floorEntry(start);
        if (before != null && before.getValue() >= start) {
            from = before.getKey();
            to = Math.max(to, before.getValue());
        }
        NavigableMap<Long, Long> within = ends.subMap(from, true, to, true);
        if (!within.isEmpty()) {
            to = Math.max(to, within.lastEntry().getValue());
            within.clear();
        }
        ends.put(from, to);
    }

    /** What of a range is in none of these, in order. */
    void gaps(long start, long end, RangeConsumer consumer) throws IOException {
        long at = start;
        while (at < end) {
            Map.Entry<Long, Long> over = ends.floorEntry(at);
            if (over != null && over.getValue() > at) {
                at = over.getValue();
                continue;
            }
            Long next = ends.higherKey(at);
            long to = next == null ? end : Math.min(end, next);
            consumer.accept(at, to);
            at = to;
        }
    }
}
