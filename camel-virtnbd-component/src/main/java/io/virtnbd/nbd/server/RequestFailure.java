/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.NbdErrno;

/** A request gets an error number and a message for people; the connection goes on. */
final class RequestFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final int errno;

    RequestFailure(int errno, String message) {
        // it is caught two frames up and its trace never printed
        super(message, null, false, false);
        this.errno = errno;
    }

    RequestFailure(NbdErrno errno, String message) {
        this(errno.code(), message);
    }

    int errno() {
        return errno;
    }
}
