/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;

/** The bytes are no whole, undamaged sparse stream. What was restored from them so far must not be used. */
public final class MalformedStreamException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long offset;

    public MalformedStreamException(long offset, String message) {
        this(offset, message, null);
    }

    public MalformedStreamException(long offset, String message, Throwable cause) {
        super("byte " + offset + " of the stream: " + message, cause);
        this.offset = offset;
    }

    /** Where in the stream the fault was seen: the first byte of what is wrong, in bytes from the start of the stream. */
    public long offset() {
        return offset;
    }
}
