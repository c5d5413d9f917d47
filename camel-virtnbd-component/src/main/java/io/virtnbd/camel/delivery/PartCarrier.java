/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import org.apache.camel.Exchange;

/**
 * The exchange that carries a message in a shared unit of work, where its end is not told: it has ended when the next
 * message is asked for. In any other case it is not kept, as the content of the message would be kept with it.
 */
final class PartCarrier {

    private final ArtifactDelivery artifact;
    private Exchange shared;

    PartCarrier(ArtifactDelivery artifact) {
        this.artifact = artifact;
    }

    void sharedBy(Exchange exchange) {
        shared = exchange;
    }

    void nextIsAskedFor(DeliveryLog log) {
        Throwable failure = shared == null ? null : DeliveryFailure.of(shared);
        if (failure != null) {
            log.failed(artifact, failure, shared.getException() == null);
        }
    }
}
