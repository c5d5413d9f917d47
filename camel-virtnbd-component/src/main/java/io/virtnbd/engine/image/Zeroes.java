/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.nio.ByteBuffer;

/** Puts zeroes in buffers. */
final class Zeroes {

    private static final byte[] BYTES = new byte[16 << 10];

    private Zeroes() {
    }

    static void put(ByteBuffer target, int count) {
        for (int left = count; left > 0;) {
            int next = Math.min(left, BYTES.length);
            target.put(BYTES, 0, next);
            left -= next;
        }
    }
}
