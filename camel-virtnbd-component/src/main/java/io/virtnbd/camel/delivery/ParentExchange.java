/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import org.apache.camel.Exchange;

/**
 * The exchange that made a backup and, as a rule, splits it. A splitter passes failures of its parts on as its aggregation
 * strategy sees fit, and asks for a next part also when it is about to end, after it has copied that strategy's result: then
 * it is late enough to tell the exchange of a failure that would get lost.
 */
final class ParentExchange {

    private final Exchange exchange;

    ParentExchange(Exchange exchange) {
        this.exchange = exchange;
    }

    boolean isId(String exchangeId) {
        return exchange.getExchangeId().equals(exchangeId);
    }

    /** Whether what is delivered counts only when a transaction of this exchange does. */
    boolean isTransacted() {
        return exchange.isTransacted();
    }

    /** Fails the exchange, unless it has failed already, or its route has taken it upon itself to deal with the failure. */
    void fail(IncompleteBackupException failure) {
        boolean known = exchange.isFailed() || exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()
                || exchange.getExchangeExtension().isErrorHandlerHandledSet()
                        && exchange.getExchangeExtension().isErrorHandlerHandled();
        if (!known) {
            exchange.setException(failure);
        }
    }
}
