/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Sets the variable {@code virtnbdError} to what has failed, and why: the message of the exception that was caught, with
 * those of its causes that say more. Sinks often tell in the cause alone that there is no room, for example. Safe for use by
 * several threads.
 */
public final class ErrorText implements Processor {

    private static final int MAX_CAUSES = 10;

    @Override
    public void process(Exchange exchange) {
        exchange.setVariable("virtnbdError", describe(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)));
    }

    static String describe(Throwable failure) {
        Throwable cause = failure;
        // what splits and validates adds the exchange to its message, which tells nobody anything
        while (cause instanceof CamelExchangeException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        StringBuilder text = new StringBuilder();
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
            }
        }
        return text.toString();
    }
}
