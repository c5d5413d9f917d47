/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The pieces that were used last, by their place, within a number of bytes. Safe for use by several threads. */
final class PieceCache {

    private final long limit;
    private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long used;

    /** @param limit bytes; the piece that was used last is kept in any case */
    PieceCache(long limit) {
        this.limit = limit;
    }

    /** Where a piece is. */
    record Key(int stream, long offset) {
    }

    /** A part of a stream in memory. Several threads may use it. */
    interface Content {

        /** @param at from the start of the piece */
        void read(int at, ByteBuffer target) throws IOException;

        /** Bytes that it takes now; may grow with each reading. */
        int weight();
    }

    private static final class Entry {
        private final Content content;
        private int weight;

        Entry(Content content) {
            this.content = content;
        }
    }

    /** Reads from a piece, which is made where it is not there. One that fails is made anew the next time. */
    void read(Key key, Supplier<Content> maker, int at, ByteBuffer target) throws IOException {
        Entry entry = entry(key, maker);
        try {
            entry.content.read(at, target);
        } catch (IOException | RuntimeException e) {
            remove(key, entry);
            throw e;
        }
        weigh(key, entry);
    }

    private synchronized Entry entry(Key key, Supplier<Content> maker) {
        return entries.computeIfAbsent(key, missing -> new Entry(maker.get()));
    }

    private synchronized void remove(Key key, Entry entry) {
        if (entries.remove(key, entry)) {
            used -= entry.weight;
        }
    }

    private synchronized void weigh(Key key, Entry entry) {
        if (entries.get(key) != entry) {
            return;
        }
        int weight = entry.content.weight();
        used += weight - entry.weight;
        entry.weight = weight;
        for (Iterator<Entry> oldest = entries.values().iterator(); used > limit && entries.size() > 1;) {
            used -= oldest.next().weight;
            oldest.remove();
        }
    }

    /** Bytes of all pieces, as they were after their last reading. */
    synchronized long used() {
        return used;
    }
}
