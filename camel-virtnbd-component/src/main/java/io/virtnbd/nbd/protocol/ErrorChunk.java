/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * The payload of an error chunk.
 *
 * <pre>
 *  0  32 bits  error, not zero
 *  4  16 bits  length of the message
 *  6           message
 *     64 bits  offset, only in ERROR_OFFSET
 * </pre>
 *
 * Source: NBD protocol, "Structured reply types".
 *
 * @param errno   see {@link NbdErrno}; not zero
 * @param message the server's words, fit for a log; may be empty
 * @param offset  where the error is, if the chunk says it; not checked against the request
 */
public record ErrorChunk(int errno, String message, OptionalLong offset) {

    /** Longest payload that is taken: fixed fields, a string of the longest length, and room for fields yet unknown. */
    public static final int MAX_LENGTH = 6 + ServerText.MAX_BYTES + 64;

    private static final int MIN_LENGTH = 6;

    /**
     * Reads a payload.
     *
     * @param type    the chunk's type, with {@link ReplyType#ERROR_BIT}; of unknown types only the common fields are read
     * @param payload the whole payload
     * @throws NbdProtocolException if the lengths do not fit together or the error is zero
     */
    public static ErrorChunk decode(int type, ByteBuffer payload) throws NbdProtocolException {
        int length = payload.remaining();
        int fixed = type == ReplyType.ERROR_OFFSET ? MIN_LENGTH + Long.BYTES : MIN_LENGTH;
        if (length < fixed) {
            throw new NbdProtocolException("error chunk has " + length + " bytes of payload, expected at least " + fixed);
        }
        int errno = payload.getInt();
        int messageLength = Short.toUnsignedInt(payload.getShort());
        if (messageLength > length - fixed || messageLength > ServerText.MAX_BYTES) {
            throw new NbdProtocolException("error chunk of " + length + " bytes has a message of " + messageLength + " bytes");
        }
        if (errno == 0) {
            throw new NbdProtocolException("error chunk says error 0");
        }
        String message = ServerText.message(payload.slice(payload.position(), messageLength));
        payload.position(payload.position() + messageLength);
        OptionalLong offset = type == ReplyType.ERROR_OFFSET ? OptionalLong.of(payload.getLong()) : OptionalLong.empty();
        return new ErrorChunk(errno, message, offset);
    }
}
