/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.source.RequestedBackups;
import io.virtnbd.camel.source.StreamSources;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.store.BackupStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Replaces the body by a report of the streams in it, or of the backup set in a directory or a store. */
abstract class ReportProducer extends DefaultProducer {

    private final EndpointOptions options;

    ReportProducer(Endpoint endpoint, EndpointOptions options) {
        super(endpoint);
        this.options = options;
    }

    @Override
    public final void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        RequestOptions request = new RequestOptions(options, message);
        Optional<BackupStore> backups = RequestedBackups.of(request, exchange);
        Map<String, Object> report = backups.isPresent() ? backups(backups.get(), request)
                : streams(StreamSources.streams(exchange, message.getBody()), message);
        RequestOptions.removeOptionHeaders(message);
        message.setBody(report);
    }

    /** The report of a backup set. */
    abstract Map<String, Object> backups(BackupStore store, RequestOptions options) throws Exception;

    /** The report of streams, at least one. The metadata of the last also become headers of the message. */
    abstract Map<String, Object> streams(List<StreamInput> inputs, Message message) throws Exception;
}
