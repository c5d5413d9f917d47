/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.nio.ByteBuffer;

/** The buffer of one connection for payloads, which is taken when the first is needed and then used again and again. */
final class PayloadBuffer {

    static final int CAPACITY = 512 * 1024;

    private ByteBuffer buffer;

    /** An empty buffer with room for {@code wanted} bytes, or for its capacity where that is less. */
    ByteBuffer take(long wanted) {
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(CAPACITY);
        }
        return buffer.clear().limit((int) Math.min(wanted, CAPACITY));
    }
}
