/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import java.io.IOException;

/**
 * A store did not do what it was asked for, or answered something else. The message names the store, the file, what was expected
 * and what was found.
 */
public final class StoreException extends IOException {
    private static final long serialVersionUID = 1L;

    StoreException(String message) {
        super(printable(message));
    }

    StoreException(String message, Throwable cause) {
        super(printable(message), cause);
    }

    /** Names come from others, and must not forge lines of a log. */
    private static String printable(String message) {
        return message.replaceAll("\\p{Cntrl}", "?");
    }
}
