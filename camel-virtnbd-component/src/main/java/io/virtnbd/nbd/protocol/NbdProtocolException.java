/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

/** The connection is dead: it was cut, a deadline passed, or the peer broke the protocol. Every open request has failed. */
public final class NbdProtocolException extends NbdException {

    private static final long serialVersionUID = 1L;

    public NbdProtocolException(String message) {
        super(message, null);
    }

    public NbdProtocolException(String message, Throwable cause) {
        super(message, cause);
    }
}
