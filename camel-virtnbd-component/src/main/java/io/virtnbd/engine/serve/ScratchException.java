/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.serve;

import java.io.IOException;

/** A scratch file cannot be used. */
public final class ScratchException extends IOException {

    private static final long serialVersionUID = 1L;

    public ScratchException(String message) {
        super(message);
    }

    public ScratchException(String message, Throwable cause) {
        super(message, cause);
    }
}
