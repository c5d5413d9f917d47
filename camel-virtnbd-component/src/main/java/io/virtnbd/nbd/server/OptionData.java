/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Takes the data of an option apart, without trust in the lengths within. */
final class OptionData {

    /** Bytes of a string. Source: NBD protocol, "Conventions". */
    static final int MAXIMUM_STRING = 4096;

    private final ByteBuffer data;

    OptionData(ByteBuffer data) {
        this.data = data;
    }

    int u16(String what) throws InvalidOptionException {
        need(2, what);
        return Short.toUnsignedInt(data.getShort());
    }

    /** A length or number; what is 2^31 or more cannot fit and is refused. */
    int u32(String what) throws InvalidOptionException {
        need(4, what);
        int value = data.getInt();
        if (value < 0) {
            throw new InvalidOptionException(what + " is " + Integer.toUnsignedString(value));
        }
        return value;
    }

    /** A string after its length in 32 bits. */
    String string(String what) throws InvalidOptionException {
        return string(u32("length of the " + what), what);
    }

    /** All that is left as a string. */
    String rest(String what) throws InvalidOptionException {
        return string(data.remaining(), what);
    }

    void end() throws InvalidOptionException {
        if (data.hasRemaining()) {
            throw new InvalidOptionException(data.remaining() + " bytes more than expected");
        }
    }

    private String string(int length, String what) throws InvalidOptionException {
        if (length > MAXIMUM_STRING) {
            throw new InvalidOptionException(what + " has " + length + " bytes, expected at most " + MAXIMUM_STRING);
        }
        need(length, what);
        ByteBuffer bytes = data.slice(data.position(), length);
        data.position(data.position() + length);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            if (text.indexOf('\0') >= 0) {
                throw new InvalidOptionException(what + " contains NUL");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new InvalidOptionException(what + " is not UTF-8");
        }
    }

    private void need(int count, String what) throws InvalidOptionException {
        if (data.remaining() < count) {
            throw new InvalidOptionException(what + " needs " + count + " bytes, found " + data.remaining());
        }
    }
}
