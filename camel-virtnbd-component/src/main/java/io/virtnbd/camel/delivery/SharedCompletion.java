/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Commits a backup whose messages share the unit of work of the exchange that made it: only when that one is done is it known
 * that nothing has failed.
 */
final class SharedCompletion extends SynchronizationAdapter {

    private final BackupRun run;
    private final ArtifactDelivery artifact;
    private final Exchange carrier;

    /** @param carrier the exchange that carries the last message */
    SharedCompletion(BackupRun run, ArtifactDelivery artifact, Exchange carrier) {
        this.run = run;
        this.artifact = artifact;
        this.carrier = carrier;
    }

    @Override
    public void onComplete(Exchange exchange) {
        Throwable failure = DeliveryFailure.of(carrier);
        if (failure == null) {
            failure = DeliveryFailure.of(exchange);
        }
        if (failure == null) {
            failure = run.log().branchFailure();
        }
        if (failure == null) {
            run.log().delivered(artifact);
            run.commitIfComplete(exchange);
        } else {
            run.log().failed(artifact, failure, false);
        }
    }

    @Override
    public void onFailure(Exchange exchange) {
        run.log().failed(artifact, exchange.getException(), false);
    }
}
