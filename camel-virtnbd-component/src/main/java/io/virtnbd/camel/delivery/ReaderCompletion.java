/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.support.SynchronizationAdapter;

/** Records how an exchange that has read an artifact ended; it can be another one than that which carries the artifact. */
final class ReaderCompletion extends SynchronizationAdapter {

    private final DeliveryLog log;
    private final ArtifactDelivery artifact;
    private final boolean redelivery;

    ReaderCompletion(DeliveryLog log, ArtifactDelivery artifact, Exchange reader) {
        this.log = log;
        this.artifact = artifact;
        this.redelivery = reader.getMessage().getHeader(Exchange.REDELIVERED, false, boolean.class);
    }

    @Override
    public void onComplete(Exchange exchange) {
        Throwable failure = DeliveryFailure.of(exchange);
        if (failure != null) {
            log.branchFailed(artifact, branch(exchange), failure);
        } else if (redelivery) {
            log.branchRedelivered(artifact, branch(exchange));
        }
    }

    @Override
    public void onFailure(Exchange exchange) {
        log.branchFailed(artifact, branch(exchange), exchange.getException());
    }

    /** What a branch and its redelivery have in common. */
    private static int branch(Exchange exchange) {
        return exchange.getProperty(ExchangePropertyKey.MULTICAST_INDEX, -1, Integer.class);
    }
}
