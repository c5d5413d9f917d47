/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.RequestOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.SynchronizationAdapter;

/** Leaves a backup that has begun in an exchange. */
public final class BegunBackup {

    private static final String OWN_HEADERS = "CamelVirtNbd";

    private BegunBackup() {
    }

    /**
     * Begins to hand out what is opened, as a backup of its own, which becomes the body and stays open until the exchange is done.
     *
     * @param options of the exchange's message
     * @param name    for the event, where it cannot be opened
     * @throws IOException if it cannot be opened; then nothing is left of it
     */
    public static void open(Exchange exchange, RequestOptions options, BackupServices services, String name,
            BackupOpener opener) throws IOException, GeneralSecurityException {
        BackupRequest request = new BackupRequest(options);
        hand(exchange, request, new BackupStart(services, request).begin(name, true, opener));
    }

    /** Replaces the body by the backup, which stays open until the exchange is done. */
    static void hand(Exchange exchange, BackupRequest request, BackupParts parts) {
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
        obeyed(message, request);
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
    static void obeyed(Message message, BackupRequest request) {
        request.requestId().ifPresent(id -> message.setHeader(VirtNbdConstants.REQUEST_ID, id));
        RequestOptions.removeOptionHeaders(message);
    }
}
