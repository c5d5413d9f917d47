/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.delivery.RepeatedBackup;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.domain.RepeatedRequestException;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Begins a backup and leaves it as the body. It stays open until the exchange is done. */
public final class BackupProducer extends DefaultProducer {

    private final EndpointOptions options;
    private final BackupServices services;

    public BackupProducer(Endpoint endpoint, EndpointOptions options, BackupServices services) {
        super(endpoint);
        this.options = options;
        this.services = services;
    }

    @Override
    protected void doStart() throws Exception {
        services.domains().usedByProducer();
        StartupRecovery.start(options, services);
        super.doStart();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        BackupRequest request = new BackupRequest(new RequestOptions(options, message));
        try {
            BegunBackup.hand(exchange, request, new BackupStart(services, request).begin(request.name()));
        } catch (RepeatedRequestException e) {
            repeated(message, request, e.backup());
        }
    }

    private static void repeated(Message message, BackupRequest request, BackupDescription made) {
        BegunBackup.obeyed(message, request);
        BackupHeaders.of(made).forEach(message::setHeader);
        message.setHeader(VirtNbdConstants.DUPLICATE, true);
        message.setBody(RepeatedBackup.of(made));
    }
}
