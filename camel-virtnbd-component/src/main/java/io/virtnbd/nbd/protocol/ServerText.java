/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Strings that a peer sent. Source: NBD protocol, "Conventions": UTF-8 without NUL, at most 4096 bytes. */
public final class ServerText {

    /** Longest string of the protocol, in bytes. */
    public static final int MAX_BYTES = 4096;

    private static final int MAX_SHOWN = 256;

    private ServerText() {
    }

    /**
     * A name that is compared or used again: decoded strictly.
     *
     * @param bytes read from its position to its limit
     * @throws IllegalArgumentException if the bytes are no string of the protocol
     */
    public static String name(ByteBuffer bytes) {
        if (bytes.remaining() > MAX_BYTES) {
            throw new IllegalArgumentException("a string has " + bytes.remaining() + " bytes, at most " + MAX_BYTES
                    + " are allowed");
        }
        try {
            String name = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            if (name.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a string has a NUL");
            }
            return name;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a string is not UTF-8", e);
        }
    }

    /**
     * Words for a human being, made fit for a log: control characters are replaced, long texts cut.
     *
     * @param bytes read from its position to its limit
     */
    public static String message(ByteBuffer bytes) {
        String text = StandardCharsets.UTF_8.decode(bytes).toString();
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(MAX_SHOWN).map(c -> Character.isISOControl(c) || isInvisible(c) ? '?' : c)
                .forEach(shown::appendCodePoint);
        return text.codePointCount(0, text.length()) > MAX_SHOWN ? shown.append("...").toString() : shown.toString();
    }

    /** Line separators, and the formatting characters that can turn the direction of what follows. */
    private static boolean isInvisible(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR || type == Character.FORMAT;
    }
}
