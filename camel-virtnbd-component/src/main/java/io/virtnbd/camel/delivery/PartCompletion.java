/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Records how the exchange that carried an artifact ended, and keeps the backup open where it went on in another thread. The
 * end of the last one commits the backup: before the splitter, or whatever has sent the message, goes on.
 */
final class PartCompletion extends SynchronizationAdapter {

    private final BackupRun run;
    private final ArtifactDelivery artifact;
    private boolean held;
    private boolean done;

    PartCompletion(BackupRun run, ArtifactDelivery artifact) {
        this.run = run;
        this.artifact = artifact;
    }

    @Override
    public void onComplete(Exchange exchange) {
        try {
            completed(exchange);
        } finally {
            onDone(exchange);
        }
    }

    private void completed(Exchange exchange) {
        Throwable hidden = DeliveryFailure.of(exchange);
        if (hidden == null) {
            hidden = run.log().branchFailure(artifact);
        }
        if (hidden == null) {
            run.log().delivered(artifact);
            run.commitWithPart(exchange);
        } else {
            run.log().failed(artifact, hidden, true);
            // a splitter with stopOnException stops at a handled failure too, asks the iterator no more, and reports none
            exchange.setException(run.log().failure());
        }
    }

    @Override
    public void onFailure(Exchange exchange) {
        try {
            run.log().failed(artifact, exchange.getException(), false);
        } finally {
            onDone(exchange);
        }
    }

    @Override
    public void onDone(Exchange exchange) {
        run.log().ended(artifact);
        if (!done) {
            done = true;
            artifact.room().release();
        }
        if (held) {
            held = false;
            run.session().release();
        }
    }

    @Override
    public void beforeHandover(Exchange target) {
        artifact.room().handedOver();
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
