/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.io.IOException;

/** The server answered a request with ESHUTDOWN, after which a client must disconnect. Source: NBD protocol. */
final class ServerShutdownException extends IOException {

    private static final long serialVersionUID = 1L;

    ServerShutdownException() {
        super("the server is shutting down");
    }
}
