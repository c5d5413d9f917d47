/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.VirtNbdProducer;
import io.virtnbd.camel.delivery.RepeatedBackup;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.domain.RepeatedRequestException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Begins a backup and leaves it as the body. It stays open until the exchange is done. */
final class BackupProducer extends VirtNbdProducer {

    BackupProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    protected void doStart() throws Exception {
        getEndpoint().usedByProducer();
        StartupRecovery.start(getEndpoint());
        super.doStart();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        try {
            BegunBackup.hand(exchange, getEndpoint(), BackupStart.begin(getEndpoint(), message));
        } catch (RepeatedRequestException e) {
            repeated(message, e.backup());
        }
    }

    private void repeated(Message message, BackupDescription made) {
        BegunBackup.obeyed(message, getEndpoint());
        BackupHeaders.of(made).forEach(message::setHeader);
        message.setHeader(VirtNbdConstants.DUPLICATE, true);
        message.setBody(RepeatedBackup.of(made));
    }
}
