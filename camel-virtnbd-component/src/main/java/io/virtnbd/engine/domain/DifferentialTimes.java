/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Times in the file names of differentials, which have nothing but the second to tell them apart. */
final class DifferentialTimes {

    private static final Map<String, Long> LAST = new ConcurrentHashMap<>();

    private DifferentialTimes() {
    }

    /** The time or, where a backup of the domain had that already, the next one that is free. */
    static long unique(String domain, long epochSeconds) {
        return LAST.merge(domain, epochSeconds, (last, now) -> Math.max(now, last + 1));
    }
}
