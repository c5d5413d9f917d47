/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

/** The data of an option does not have the form that the protocol gives it. The client gets ERR_INVALID and can go on. */
final class InvalidOptionException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidOptionException(String message) {
        super(message, null, false, false);
    }
}
