/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.io.IOException;

/**
 * The files at hand do not make up what was asked for: a stream is missing, doubled, foreign or unreadable, or a manifest is
 * not one. Nothing was written. The message names the file, what was expected and what was found.
 */
public final class ChainException extends IOException {

    private static final long serialVersionUID = 1L;

    public ChainException(String message) {
        super(printable(message));
    }

    public ChainException(String message, Throwable cause) {
        super(printable(message), cause);
    }

    /** Names come from files and streams of others, and must not forge lines of a log. */
    private static String printable(String message) {
        return message.replaceAll("\\p{Cntrl}", "?");
    }
}
