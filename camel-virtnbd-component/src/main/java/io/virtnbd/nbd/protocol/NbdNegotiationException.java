/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

/** The connection was not established: no server, no such export, TLS refused, or the two sides do not agree. */
public final class NbdNegotiationException extends NbdException {

    private static final long serialVersionUID = 1L;

    public NbdNegotiationException(String message) {
        super(message, null);
    }

    public NbdNegotiationException(String message, Throwable cause) {
        super(message, cause);
    }
}
