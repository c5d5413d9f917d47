/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The entries that were used last, by their place, within a number of bytes. An entry that is handed out is retained for whoever
 * gets it, who releases it. Safe for use by several threads.
 *
 * @param <V> type of the entries
 */
final class PieceCache<V extends PieceCache.Weighted> {

    private final LongSupplier limit;
    private final Map<Key, V> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long used;

    /** @param limit bytes; the entry that was used last is kept in any case */
    PieceCache(LongSupplier limit) {
        this.limit = limit;
    }

    /**
     * Where a piece is, or a unit of it.
     *
     * @param unit 0 where there are none
     */
    record Key(int stream, long offset, int unit) {
    }

    /** What takes memory. */
    interface Weighted {

        /** Bytes that it takes at most; always the same. */
        int weight();

        /** One more uses it. Of a new entry the cache is the only user. */
        default void retain() {
        }

        /** One of its users does not use it any more. */
        default void release() {
        }
    }

    /** Makes the entry where it is not there, and makes room for what it will take before it takes it. */
    V get(Key key, Supplier<? extends V> maker) {
        long most = limit.getAsLong();
        synchronized (this) {
            V entry = entries.get(key);
            if (entry == null) {
                entry = maker.get();
                used += entry.weight();
                for (Iterator<V> oldest = entries.values().iterator(); used > most && oldest.hasNext();) {
                    V evicted = oldest.next();
                    oldest.remove();
                    used -= evicted.weight();
                    evicted.release();
                }
                entries.put(key, entry);
            }
            entry.retain();
            return entry;
        }
    }

    /** The entry, or null where it is not there. */
    synchronized V find(Key key) {
        V entry = entries.get(key);
        if (entry != null) {
            entry.retain();
        }
        return entry;
    }

    /** Forgets that entry, which is to be made anew. */
    synchronized void remove(Key key, V entry) {
        if (entries.remove(key, entry)) {
            used -= entry.weight();
            entry.release();
        }
    }

    /** Bytes of all entries. */
    synchronized long used() {
        return used;
    }
}
