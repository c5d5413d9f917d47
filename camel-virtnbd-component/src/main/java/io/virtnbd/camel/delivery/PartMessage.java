/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.util.OptionalLong;
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
    private final PartCarrier carrier;
    private boolean carried;

    PartMessage(CamelContext context, BackupRun run, ArtifactDelivery artifact) {
        super(context);
        this.run = run;
        this.artifact = artifact;
        this.carrier = new PartCarrier(artifact);
    }

    ArtifactDelivery artifact() {
        return artifact;
    }

    @Override
    public void setExchange(Exchange exchange) {
        super.setExchange(exchange);
        if (exchange == null || carried) {
            return;
        }
        carried = true;
        run.carriedBy(exchange);
        // a unit of work that is there already is a shared one, and ends with the exchange that made the backup
        if (exchange.getUnitOfWork() == null) {
            run.log().begun(artifact);
            artifact.room().carriedBy(exchange);
            exchange.getExchangeExtension().addOnCompletion(new PartCompletion(run, artifact));
            return;
        }
        carrier.sharedBy(exchange);
        artifact.room().forget();
        if (run.log().isLast(artifact)) {
            exchange.getExchangeExtension().addOnCompletion(new SharedCompletion(run, artifact, exchange));
        }
    }

    PartCarrier carrier() {
        return carrier;
    }

    /** Bytes of the content, where they are known. */
    OptionalLong contentLength() {
        return getBody() instanceof byte[] bytes ? OptionalLong.of(bytes.length) : ((ArtifactBody) getBody()).contentLength();
    }
}
