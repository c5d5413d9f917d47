/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * Keeps the slots of ended readings for the next ones, because direct memory is dear to get. Safe for use by several threads.
 */
final class SlotPool {

    private final Supplier<Slot> factory;
    private final int slotsPerPipeline;
    private final Deque<Slot> free = new ArrayDeque<>();

    SlotPool(int slotsPerPipeline, Supplier<Slot> factory) {
        this.slotsPerPipeline = slotsPerPipeline;
        this.factory = factory;
    }

    /** How many slots one reading may use at a time. */
    int slotsPerPipeline() {
        return slotsPerPipeline;
    }

    Slot acquire() {
        synchronized (this) {
            if (!free.isEmpty()) {
                return free.pop();
            }
        }
        return factory.get();
    }

    void release(Slot slot) {
        slot.clear();
        synchronized (this) {
            if (free.size() < slotsPerPipeline) {
                free.push(slot);
            }
        }
    }
}
