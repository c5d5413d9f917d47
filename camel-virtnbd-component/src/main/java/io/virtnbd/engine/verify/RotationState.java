/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * When what of a store was read last.
 *
 * @param store name of the store
 * @param run   number of the last run that came to its end; 0 where none has
 * @param marks by unit, with the set's path relative to the store
 */
record RotationState(String store, long run, Map<String, Mark> marks) {

    /**
     * What is known of a unit.
     *
     * @param run          in which it was last read and found whole; where it never was, in which it was first seen
     * @param bytes        its size then
     * @param epochSeconds when it was read, in seconds since 1970 UTC; 0 where it never was, or was damaged
     */
    record Mark(long run, long bytes, long epochSeconds) {

        boolean verified() {
            return epochSeconds > 0;
        }
    }

    RotationState {
        marks = Collections.unmodifiableMap(new HashMap<>(marks));
    }

    /** What is known of a unit as it is now: one of another size is another one, under the same name. */
    Mark mark(String unit, long bytes) {
        Mark mark = marks.get(unit);
        return mark != null && mark.bytes() == bytes ? mark : new Mark(run + 1, bytes, 0);
    }

    static RotationState initial(String store) {
        return new RotationState(store, 0, Map.of());
    }
}
