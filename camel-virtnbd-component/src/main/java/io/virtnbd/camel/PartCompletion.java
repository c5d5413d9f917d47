/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Records how the exchange that carried an artifact ended, and keeps the backup open where it went on in another thread. The
 * end of the last one commits the backup: before the splitter, or whatever has sent the message, goes on.
 */
final class PartCompletion extends SynchronizationAdapter {

    private final BackupRun run;
    private final ArtifactDelivery artifact;
    private boolean held;

    PartCompletion(BackupRun run, ArtifactDelivery artifact) {
        this.run = run;
        this.artifact = artifact;
    }

    /**
     * Why a delivery failed, also where the route has dealt with the failure.
     *
     * @return null if it did not fail
     */
    static Throwable failure(Exchange exchange) {
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

    @Override
    public void onComplete(Exchange exchange) {
        Throwable hidden = failure(exchange);
        if (hidden == null) {
            run.log().delivered(artifact);
            run.commitIfComplete(exchange);
        } else {
            run.log().failed(artifact, hidden, true);
            // a splitter with stopOnException stops at a handled failure too, asks the iterator no more, and reports none
            exchange.setException(run.log().failure());
        }
        onDone(exchange);
    }

    @Override
    public void onFailure(Exchange exchange) {
        run.log().failed(artifact, exchange.getException(), false);
        onDone(exchange);
    }

    @Override
    public void onDone(Exchange exchange) {
        run.log().ended(artifact);
        if (held) {
            held = false;
            run.session().release();
        }
    }

    @Override
    public void beforeHandover(Exchange target) {
        if (!held) {
            try {
                run.session().retain();
                held = true;
            } catch (IOException e) {
                run.log().failed(artifact, e, false);
            }
        }
    }
}
