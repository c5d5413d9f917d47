/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads options within limits: their number and the length of their data. Source: NBD protocol, "Newstyle negotiation".
 *
 * <pre>
 *  0  u64 magic    8  u32 option    12  u32 length of the data    16  data
 * </pre>
 */
final class OptionReader {

    /** Far more than any client needs, with several for each of many exports. */
    private static final int MAXIMUM_OPTIONS = 1024;
    /** Bytes of data that are looked at; more are skipped and the option is refused. */
    static final int MAXIMUM_DATA = 64 * 1024;
    /** Bytes of data that are skipped; more end the connection. */
    private static final int MAXIMUM_SKIPPED = 1024 * 1024;
    private static final int HEADER = 16;

    /**
     * One option.
     *
     * @param data its data, or {@code null} when it was too long and skipped
     */
    record Option(int code, ByteBuffer data) {
    }

    private final Wire wire;
    private int count;

    OptionReader(Wire wire) {
        this.wire = wire;
    }

    /** The next option, or {@code null} when the client has closed the connection after the last one. */
    Option next() throws IOException {
        if (!wire.awaitInput()) {
            return null;
        }
        ByteBuffer header = wire.need(HEADER);
        long magic = header.getLong();
        if (magic != Magic.OPTION) {
            throw new NbdNegotiationException(
                    String.format("magic of an option: expected 0x%016x, found 0x%016x", Magic.OPTION, magic));
        }
        int code = header.getInt();
        long length = Integer.toUnsignedLong(header.getInt());
        if (++count > MAXIMUM_OPTIONS) {
            throw new NbdNegotiationException("the client sent more than " + MAXIMUM_OPTIONS + " options");
        }
        if (length > MAXIMUM_SKIPPED) {
            throw new NbdNegotiationException(
                    "option " + code + " has " + length + " bytes of data, expected at most " + MAXIMUM_DATA);
        }
        if (length > MAXIMUM_DATA) {
            wire.skip(length);
            return new Option(code, null);
        }
        ByteBuffer data = ByteBuffer.allocate((int) length);
        wire.readFully(data);
        return new Option(code, data.flip());
    }
}
