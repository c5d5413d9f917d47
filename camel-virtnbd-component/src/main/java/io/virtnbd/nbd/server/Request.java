/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.NbdErrno;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The header of a request. Source: NBD protocol, "Request message".
 *
 * <pre>
 *  0  u32 magic    4  u16 flags    6  u16 type    8  u64 cookie    16  u64 offset    24  u32 length
 * </pre>
 *
 * @param offset as sent; negative when 2^63 or more
 * @param length from 0 to 2^32 - 1
 */
record Request(int flags, int type, long cookie, long offset, long length) {

    /** Bytes of a request, without the payload of one that writes. */
    static final int HEADER = 28;

    /** The next request, or {@code null} when the client has closed the connection after the last one. */
    static Request read(Wire wire) throws IOException {
        if (!wire.awaitInput()) {
            return null;
        }
        return decode(wire.need(HEADER));
    }

    /**
     * Decodes a header.
     *
     * @throws NbdProtocolException if it is none
     */
    static Request decode(ByteBuffer header) throws NbdProtocolException {
        int magic = header.getInt();
        if (magic != Magic.REQUEST) {
            throw new NbdProtocolException(String.format("magic of a request: expected 0x%08x, found 0x%08x",
                    Magic.REQUEST, magic));
        }
        return new Request(Short.toUnsignedInt(header.getShort()), Short.toUnsignedInt(header.getShort()), header.getLong(),
                header.getLong(), Integer.toUnsignedLong(header.getInt()));
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The request in words, for messages. */
    String describe() {
        return CommandType.nameOf(type) + " of " + length + " bytes at " + Long.toUnsignedString(offset);
    }

    RequestFailure refused(NbdErrno errno, String why) {
        return new RequestFailure(errno, describe() + ": " + why);
    }
}
