/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;

/** The bytes are no whole, undamaged sparse stream. What was restored from them so far must not be used. */
public final class MalformedStreamException extends IOException {

    /** What sort of fault it is. */
    public enum Fault {
        /** The bytes break the rules of the format, or contradict each other. */
        MALFORMED,
        /** The stream is as it should be as far as it goes, and ends too early. */
        TRUNCATED,
        /** Content is not what its checksum in the stream says. */
        CHECKSUM
    }

    private static final long serialVersionUID = 1L;

    private final long offset;
    private final Fault fault;

    public MalformedStreamException(long offset, String message) {
        this(offset, message, null);
    }

    public MalformedStreamException(long offset, String message, Throwable cause) {
        this(offset, Fault.MALFORMED, message, cause);
    }

    private MalformedStreamException(long offset, Fault fault, String message, Throwable cause) {
        super("byte " + offset + " of the stream: " + message, cause);
        this.offset = offset;
        this.fault = fault;
    }

    static MalformedStreamException truncated(long offset, String message) {
        return new MalformedStreamException(offset, Fault.TRUNCATED, message, null);
    }

    static MalformedStreamException checksum(long offset, String message) {
        return new MalformedStreamException(offset, Fault.CHECKSUM, message, null);
    }

    /** Where in the stream the fault was seen: the first byte of what is wrong, in bytes from the start of the stream. */
    public long offset() {
        return offset;
    }

    public Fault fault() {
        return fault;
    }
}
