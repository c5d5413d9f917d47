/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A piece of a stream on its way from the export to the sink: some whole frames, the buffer that their payloads are read into
 * and, when every read has come, their encoded form. Reused for one piece after another. Passed from thread to thread by
 * {@link ReadPipeline}, used by one at a time.
 */
abstract class Slot {

    /** A read that fills a part of the slot. */
    record Read(long offset, ByteBuffer target) {
    }

    private final List<Read> reads = new ArrayList<>();
    private final AtomicInteger pending = new AtomicInteger();
    private long dataBytes;
    private boolean ready;

    /**
     * Lays out one more frame; false, and nothing changed, when there is no room for it. An empty slot has room for any
     * frame.
     */
    final boolean add(Frame frame) {
        if (!layOut(frame)) {
            return false;
        }
        if (frame instanceof DataFrame) {
            dataBytes += frame.length();
        }
        return true;
    }

    abstract boolean layOut(Frame frame);

    /** Encodes what the reads brought. Called once all of them have come. */
    abstract void encode();

    /** The encoded frames, from the buffer's position to its limit. */
    abstract ByteBuffer output();

    /** Whether {@link #encode} takes long enough to be worth a thread of its own. */
    abstract boolean encodesSlowly();

    /** Adds to the trailer what this slot's payloads became. */
    abstract void contributeTo(StreamTail tail);

    /** Makes the slot empty. */
    void clear() {
        reads.clear();
        dataBytes = 0;
        ready = false;
    }

    final void addRead(long offset, ByteBuffer target) {
        reads.add(new Read(offset, target));
    }

    final List<Read> reads() {
        return reads;
    }

    /** Expects a completion for each read, and one for having issued them all. */
    final void expectReads() {
        pending.set(reads.size() + 1);
    }

    /** Counts one completion; true for the last. */
    final boolean readCompleted() {
        return pending.decrementAndGet() == 0;
    }

    final long dataBytes() {
        return dataBytes;
    }

    final boolean isReady() {
        return ready;
    }

    final void markReady() {
        ready = true;
    }
}
