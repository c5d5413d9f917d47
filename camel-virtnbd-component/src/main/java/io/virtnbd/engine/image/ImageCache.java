/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * What is kept of an image: its content, and what makes content faster to get. The second may take up to half of the memory, so
 * that content that is read once does not push it out. Safe for use by several threads.
 */
final class ImageCache {

    /** Bytes of arrays that nobody uses at the moment. */
    private static final long MOST_FREE = 2 << 20;

    private final ArrayPool arrays;
    private final PieceCache<PieceCache.Weighted> aids;
    private final PieceCache<Content> content;

    /** @param bytes of both together at most */
    ImageCache(long bytes) {
        aids = new PieceCache<>(() -> bytes / 2);
        long free = Math.min(MOST_FREE, bytes / 8);
        arrays = new ArrayPool(free);
        content = new PieceCache<>(() -> bytes - Math.min(bytes, aids.used() + free));
    }

    /** What decoded content goes to. */
    ArrayPool arrays() {
        return arrays;
    }

    /** Where blocks are, and what stands before them. */
    PieceCache<PieceCache.Weighted> aids() {
        return aids;
    }

    /** The content, which is to be released, or null where it is not there. */
    Content find(PieceCache.Key key) {
        return content.find(key);
    }

    /** Reads from a part, which is made where it is not there. One that fails is made anew the next time. */
    void read(PieceCache.Key key, Supplier<? extends Content> maker, int at, ByteBuffer target) throws IOException {
        Content entry = content.get(key, maker);
        try {
            entry.read(at, target);
        } catch (IOException | RuntimeException | Error e) {
            content.remove(key, entry);
            throw e;
        } finally {
            entry.release();
        }
    }

    /** Bytes of all that is kept. */
    long used() {
        return aids.used() + content.used() + arrays.bytes();
    }
}
