/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.ExchangeHelper;

/** Finds out whether a delivery has failed, whatever the route has made of it. */
public final class DeliveryFailure {

    private DeliveryFailure() {
    }

    /**
     * Why a delivery failed, also where the route has dealt with the failure.
     *
     * @return null if it did not fail
     */
    public static Throwable of(Exchange exchange) {
        if (exchange.getException() != null) {
            return exchange.getException();
        }
        Throwable caught = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        if (caught != null && !isRedelivered(exchange)) {
            return caught;
        }
        boolean rolledBack = exchange.isRollbackOnly() || exchange.isRollbackOnlyLast();
        return rolledBack ? new RollbackExchangeException("rolled back by the route", exchange) : null;
    }

    /**
     * Whether redelivery has made up for the exception that was caught, which Camel leaves in the exchange. Then the exchange
     * still says in which route it failed, which a doTry block removes, and not where, which an error handler adds that deals
     * with the failure in another way. In doubt it has not: a doTry block behind a redelivery counts as a failure.
     */
    private static boolean isRedelivered(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.REDELIVERED, false, boolean.class)
                && exchange.getProperty(ExchangePropertyKey.FAILURE_ROUTE_ID) != null
                && exchange.getProperty(ExchangePropertyKey.FAILURE_ENDPOINT) == null
                && !ExchangeHelper.isFailureHandled(exchange);
    }
}
