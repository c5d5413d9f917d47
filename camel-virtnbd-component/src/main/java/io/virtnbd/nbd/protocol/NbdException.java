/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import java.io.IOException;

/** An NBD operation failed; the subclasses tell what the caller can still do. */
public abstract sealed class NbdException extends IOException
        permits NbdNegotiationException, NbdProtocolException, NbdRequestException {

    private static final long serialVersionUID = 1L;

    NbdException(String message, Throwable cause) {
        super(message, cause);
    }
}
