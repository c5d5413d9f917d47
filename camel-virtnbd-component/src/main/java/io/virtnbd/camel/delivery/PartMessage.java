/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultMessage;

/**
 * A message of a backup. It notices the first exchange that carries it, so that the backup learns what became of the delivery:
 * a splitter does not tell its iterator. Copies of the message are plain ones, and are not followed.
 */
final class PartMessage extends DefaultMessage {

    private final BackupRun run;
    private final ArtifactDelivery artifact;
    private Exchange carrier;
    private boolean shared;

    PartMessage(CamelContext context, BackupRun run, ArtifactDelivery artifact) {
        super(context);
        this.run = run;
        this.artifact = artifact;
    }

    ArtifactDelivery artifact() {
        return artifact;
    }

    @Override
    public void setExchange(Exchange exchange) {
        super.setExchange(exchange);
        if (exchange == null || carrier != null) {
            return;
        }
        carrier = exchange;
        run.carriedBy(exchange);
        // a unit of work that is there already is a shared one, and ends with the exchange that made the backup
        shared = exchange.getUnitOfWork() != null;
        if (!shared) {
            run.log().begun(artifact);
            exchange.getExchangeExtension().addOnCompletion(new PartCompletion(run, artifact));
        } else if (run.log().isLast(artifact)) {
            exchange.getExchangeExtension().addOnCompletion(new SharedCompletion(run, artifact, exchange));
        }
    }

    /** In a shared unit of work the end of an exchange is not told; it has ended when the next message is asked for. */
    void nextIsAskedFor() {
        Throwable failure = shared ? DeliveryFailure.of(carrier) : null;
        if (failure != null) {
            run.log().failed(artifact, failure, carrier.getException() == null);
        }
    }
}
