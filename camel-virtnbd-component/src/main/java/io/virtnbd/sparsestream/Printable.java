/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.nio.ByteBuffer;

/** Bytes from a stream as an error message may show them: printable ASCII in quotes, everything else as hexadecimal. */
final class Printable {

    private Printable() {
    }

    static String of(ByteBuffer source, int index, int length) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = index; i < index + length; i++) {
            append(text, source.get(i) & 0xff);
        }
        return text.append('"').toString();
    }

    static String of(int character) {
        StringBuilder text = new StringBuilder("\"");
        append(text, character & 0xff);
        return text.append('"').toString();
    }

    private static void append(StringBuilder text, int value) {
        if (value >= ' ' && value < 0x7f && value != '"' && value != '\\') {
            text.append((char) value);
        } else {
            text.append(String.format("\\x%02x", value));
        }
    }
}
