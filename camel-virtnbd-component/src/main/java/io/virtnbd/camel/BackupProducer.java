/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.SynchronizationAdapter;

/** Begins a backup and leaves it as the body. It stays open until the exchange is done. */
final class BackupProducer extends DefaultProducer {

    private static final String OWN_HEADERS = "CamelVirtNbd";

    BackupProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public VirtNbdEndpoint getEndpoint() {
        return (VirtNbdEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        getEndpoint().usedByProducer();
        Recovery.start(getEndpoint());
        super.doStart();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        BackupParts parts = BackupStart.begin(getEndpoint(), message);
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
        RequestOptions.removeOptionHeaders(message);
        Map<String, Object> inherited = new LinkedHashMap<>(message.getHeaders());
        inherited.keySet().removeIf(header -> header.startsWith(OWN_HEADERS));
        parts.inherit(inherited);
        exchange.getExchangeExtension().setStreamCacheDisabled(true);
        parts.headers().forEach(message::setHeader);
        message.setBody(parts.run().body(exchange, parts));
    }
}
