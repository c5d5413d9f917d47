/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;

/**
 * Keeps what the polls of a consumer fail with.
 *
 * @param list is added to by the consumer's thread
 */
public record PollErrors(List<Throwable> list) implements ExceptionHandler {

    @Override
    public void handleException(Throwable exception) {
        list.add(exception);
    }

    @Override
    public void handleException(String message, Throwable exception) {
        list.add(exception);
    }

    @Override
    public void handleException(String message, Exchange exchange, Throwable exception) {
        list.add(exception);
    }
}
