/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import java.nio.ByteBuffer;

/**
 * The header of a server's reply to an option.
 *
 * <pre>
 *  0  64 bits  magic 0x3e889045565a9
 *  8  32 bits  option that is replied to
 * 12  32 bits  type of the reply
 * 16  32 bits  length of the data
 * </pre>
 *
 * Source: NBD protocol, "Fixed newstyle negotiation".
 *
 * @param option one of {@link OptionType}
 * @param type   one of {@link OptionReplyType}
 * @param length bytes of data that follow, 0 to 2^32 - 1
 */
public record OptionReplyHeader(int option, int type, long length) {

    /** Bytes of a header. */
    public static final int LENGTH = 20;

    /**
     * Reads a header at the source's position.
     *
     * @throws NbdNegotiationException if the magic number is another
     */
    public static OptionReplyHeader decode(ByteBuffer source) throws NbdNegotiationException {
        long magic = source.getLong();
        if (magic != Magic.OPTION_REPLY) {
            throw new NbdNegotiationException("reply to an option begins with 0x" + Long.toHexString(magic) + ", expected 0x"
                    + Long.toHexString(Magic.OPTION_REPLY));
        }
        return new OptionReplyHeader(source.getInt(), source.getInt(), Integer.toUnsignedLong(source.getInt()));
    }

    public boolean isError() {
        return (type & OptionReplyType.ERROR_BIT) != 0;
    }
}
