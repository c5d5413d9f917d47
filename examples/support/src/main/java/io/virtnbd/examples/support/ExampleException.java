/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

/** What a user can understand and do something about; the message is all there is to say. */
final class QuickStartException extends Exception {

    private static final long serialVersionUID = 1L;

    QuickStartException(String message) {
        super(message);
    }
}
