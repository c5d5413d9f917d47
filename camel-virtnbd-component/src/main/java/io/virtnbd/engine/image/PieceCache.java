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
    private final Map<Key, Content> entries = new LinkedHashMap<>(16, 0.75f, true);
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

        /** Bytes that it takes at most; always the same. */
        int weight();
    }

    /** Reads from a piece, which is made where it is not there. One that fails is made anew the next time. */
    void read(Key key, Supplier<Content> maker, int at, ByteBuffer target) throws IOException {
        Content content = content(key, maker);
        try {
            content.read(at, target);
        } catch (IOException | RuntimeException | Error e) {
            remove(key, content);
            throw e;
        }
    }

    /** Makes room for what a new piece will take before it takes it. */
    private synchronized Content content(Key key, Supplier<Content> maker) {
        Content content = entries.get(key);
        if (content == null) {
            content = maker.get();
            used += content.weight();
            for (Iterator<Content> oldest = entries.values().iterator(); used > limit && oldest.hasNext();) {
                used -= oldest.next().weight();
                oldest.remove();
            }
            entries.put(key, content);
        }
        return content;
    }

    private synchronized void remove(Key key, Content content) {
        if (entries.remove(key, content)) {
            used -= content.weight();
        }
    }

    /** Bytes of all pieces. */
    synchronized long used() {
        return used;
    }
}
