/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** A unit of a compressed piece, decoded when it is first read. Its memory is used again when it has no user any more. */
final class Unit implements Content {

    private final int length;
    private final ArrayPool arrays;
    private final Decoding decoding;
    private final AtomicInteger users = new AtomicInteger(1);
    private volatile byte[] bytes;

    /** Where the content comes from. */
    interface Decoding {

        /** @param content to fill; has anything in it */
        void decode(byte[] content) throws IOException;
    }

    Unit(int length, ArrayPool arrays, Decoding decoding) {
        this.length = length;
        this.arrays = arrays;
        this.decoding = decoding;
    }

    @Override
    public void read(int at, ByteBuffer target) throws IOException {
        byte[] content = bytes == null ? content() : bytes;
        target.put(content, at, target.remaining());
    }

    private synchronized byte[] content() throws IOException {
        if (bytes == null) {
            byte[] content = arrays.take(length);
            decoding.decode(content);
            bytes = content;
        }
        return bytes;
    }

    @Override
    public int weight() {
        return length;
    }

    @Override
    public void retain() {
        users.incrementAndGet();
    }

    @Override
    public void release() {
        if (users.decrementAndGet() == 0 && bytes != null) {
            arrays.give(bytes);
            bytes = null;
        }
    }
}
