/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultMessage;

/**
 * A message of a backup. It notices the first exchange that carries it, so that the backup learns what became of the delivery:
 * a splitter does not tell its iterator. Copies of the message are plain ones, and are not followed.
 */
final class PartMessage extends DefaultMessage {

    private final BackupSession session;
    private final DeliveryLog log;
    private final ArtifactDelivery artifact;
    private boolean followed;

    PartMessage(CamelContext context, BackupSession session, DeliveryLog log, ArtifactDelivery artifact) {
        super(context);
        this.session = session;
        this.log = log;
        this.artifact = artifact;
    }

    @Override
    public void setExchange(Exchange exchange) {
        super.setExchange(exchange);
        // a unit of work that is there already is a shared one, and ends with the exchange that made the backup: too late
        if (exchange != null && !followed && exchange.getUnitOfWork() == null) {
            followed = true;
            log.begun(artifact);
            exchange.getExchangeExtension().addOnCompletion(new PartCompletion(session, log, artifact));
        }
    }
}
