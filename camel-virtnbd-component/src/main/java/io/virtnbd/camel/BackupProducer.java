/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.delivery.RepeatedBackup;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.domain.RepeatedRequestException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.SynchronizationAdapter;

/** Begins a backup and leaves it as the body. It stays open until the exchange is done. */
final class BackupProducer extends VirtNbdProducer {

    private static final String OWN_HEADERS = "CamelVirtNbd";

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
            begun(exchange, BackupStart.begin(getEndpoint(), message));
        } catch (RepeatedRequestException e) {
            repeated(message, e.backup());
        }
    }

    private void begun(Exchange exchange, BackupParts parts) {
        Message message = exchange.getMessage();
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onComplete(Exchange done) {
                parts.run().commitWithParent(done);
                onDone(done);
            }

            @Override
            public void onDone(Exchange done) {
                parts.run().end();
            }
        });
        obeyed(message);
        message.removeHeader(VirtNbdConstants.DUPLICATE);
        Map<String, Object> inherited = new LinkedHashMap<>(message.getHeaders());
        inherited.keySet().removeIf(header -> header.startsWith(OWN_HEADERS)
                && !header.equals(VirtNbdConstants.REQUEST_ID));
        parts.inherit(inherited);
        exchange.getExchangeExtension().setStreamCacheDisabled(true);
        parts.headers().forEach(message::setHeader);
        message.setBody(parts.run().body(exchange, parts));
    }

    private void repeated(Message message, BackupDescription made) {
        obeyed(message);
        BackupHeaders.of(made).forEach(message::setHeader);
        message.setHeader(VirtNbdConstants.DUPLICATE, true);
        message.setBody(RepeatedBackup.of(made));
    }

    /** The id stays, as text whatever it came as, so that what follows can tell what it belongs to. */
    private void obeyed(Message message) {
        new RequestOptions(getEndpoint(), message).requestId()
                .ifPresent(id -> message.setHeader(VirtNbdConstants.REQUEST_ID, id));
        RequestOptions.removeOptionHeaders(message);
    }
}
