/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

/**
 * A name of a disk, a checkpoint or a domain cannot be part of a file name: it is empty, could lead out of its directory, means
 * something to a shell or to an expression language, or could not be told from other parts of the file name.
 */
public final class InvalidNameException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    InvalidNameException(String what, String name, String expected) {
        super("not a usable " + what + ": " + quote(name) + "; expected " + expected);
    }

    /** The name as text that is harmless in a log: shortened, without control characters. */
    private static String quote(String name) {
        if (name == null) {
            return "null";
        }
        StringBuilder text = new StringBuilder("'");
        for (int i = 0; i < Math.min(name.length(), 80); i++) {
            char c = name.charAt(i);
            text.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return text.append(name.length() > 80 ? "…'" : "'").toString();
    }
}
