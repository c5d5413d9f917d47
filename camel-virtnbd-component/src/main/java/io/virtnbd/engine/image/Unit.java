/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A unit of a compressed piece, decoded when it is first read. */
final class Unit implements Content {

    private final int length;
    private Decoding decoding;
    private volatile byte[] bytes;

    /** Where the content comes from. */
    interface Decoding {

        byte[] decode() throws IOException;
    }

    Unit(int length, Decoding decoding) {
        this.length = length;
        this.decoding = decoding;
    }

    @Override
    public void read(int at, ByteBuffer target) throws IOException {
        byte[] content = bytes == null ? content() : bytes;
        target.put(content, at, target.remaining());
    }

    private synchronized byte[] content() throws IOException {
        if (bytes == null) {
            bytes = decoding.decode();
            decoding = null;
        }
        return bytes;
    }

    /** What was decoded, or null. */
    byte[] decoded() {
        return bytes;
    }

    @Override
    public int weight() {
        return length;
    }
}
