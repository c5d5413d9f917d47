/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.RequestOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.SynchronizationAdapter;

/** Leaves a backup that has begun in an exchange. */
final class BegunBackup {

    private static final String OWN_HEADERS = "CamelVirtNbd";

    private BegunBackup() {
    }

    /** Replaces the body by the backup, which stays open until the exchange is done. */
    static void hand(Exchange exchange, VirtNbdEndpoint endpoint, BackupParts parts) {
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
        obeyed(message, endpoint);
        message.removeHeader(VirtNbdConstants.DUPLICATE);
        Map<String, Object> inherited = new LinkedHashMap<>(message.getHeaders());
        inherited.keySet().removeIf(header -> header.startsWith(OWN_HEADERS)
                && !header.equals(VirtNbdConstants.REQUEST_ID));
        parts.inherit(inherited);
        exchange.getExchangeExtension().setStreamCacheDisabled(true);
        parts.headers().forEach(message::setHeader);
        message.setBody(parts.run().body(exchange, parts));
    }

    /** The id stays, as text whatever it came as, so that what follows can tell what it belongs to. */
    static void obeyed(Message message, VirtNbdEndpoint endpoint) {
        new RequestOptions(endpoint, message).requestId()
                .ifPresent(id -> message.setHeader(VirtNbdConstants.REQUEST_ID, id));
        RequestOptions.removeOptionHeaders(message);
    }
}
