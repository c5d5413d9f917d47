/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import java.nio.ByteBuffer;

/**
 * The header of each request of the transmission phase.
 *
 * <pre>
 *  0  32 bits  magic 0x25609513
 *  4  16 bits  command flags
 *  6  16 bits  type
 *  8  64 bits  cookie
 * 16  64 bits  offset
 * 24  32 bits  length, unsigned
 * </pre>
 *
 * Source: NBD protocol, "Request message".
 */
public final class RequestHeader {

    /** Bytes of a header. */
    public static final int LENGTH = 28;

    private RequestHeader() {
    }

    /**
     * Writes a header at the target's position.
     *
     * @param type   one of {@link CommandType}
     * @param flags  a sum of {@link CommandFlags}
     * @param length 0 to 2^32 - 1
     */
    public static void encode(ByteBuffer target, int type, int flags, long cookie, long offset, long length) {
        target.putInt(Magic.REQUEST).putShort((short) flags).putShort((short) type).putLong(cookie).putLong(offset)
                .putInt((int) length);
    }
}
