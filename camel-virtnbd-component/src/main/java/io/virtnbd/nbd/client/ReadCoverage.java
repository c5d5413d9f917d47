/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.util.Map;
import java.util.TreeMap;

/** Which parts of a request's range have been answered. Chunks in order, the usual case, cost nothing. */
final class ReadCoverage {

    private final long length;
    /** Everything before it is covered. */
    private long prefix;
    /** Covered ranges after the prefix, start to end, as far as they came out of order; they do not touch. */
    private TreeMap<Long, Long> islands;

    ReadCoverage(long length) {
        this.length = length;
    }

    /**
     * Adds a chunk.
     *
     * @param start from the beginning of the request; any number, as it comes from the server
     * @param count positive
     * @return false if the chunk is not within the request or overlaps an earlier one
     */
    boolean add(long start, long count) {
        if (start < prefix || start > length || count > length - start) {
            return false;
        }
        if (islands == null) {
            if (start == prefix) {
                prefix += count;
                return true;
            }
            islands = new TreeMap<>();
        }
        return addIsland(start, start + count);
    }

    private boolean addIsland(long start, long end) {
        Map.Entry<Long, Long> before = islands.lowerEntry(end);
        if (before != null && before.getValue() > start) {
            return false;
        }
        long from = start;
        long to = end;
        if (before != null && before.getValue() == start) {
            from = before.getKey();
        }
        Long after = islands.remove(end);
        if (after != null) {
            to = after;
        }
        if (from == prefix) {
            islands.remove(from);
            prefix = to;
        } else {
            islands.put(from, to);
        }
        return true;
    }

    boolean isComplete() {
        return prefix == length;
    }

    /** The first byte that is not covered, from the beginning of the request. */
    long firstGap() {
        return prefix;
    }
}
