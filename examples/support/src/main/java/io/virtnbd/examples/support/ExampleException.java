/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

/** What a user can understand and do something about; the message is all there is to say. */
public final class ExampleException extends Exception {

    private static final long serialVersionUID = 1L;

    public ExampleException(String message) {
        super(message);
    }
}
