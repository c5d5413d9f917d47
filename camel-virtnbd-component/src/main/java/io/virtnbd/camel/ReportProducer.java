/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.engine.restore.StreamInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Replaces the body by a report of the streams in it, or of the backup set in a directory. */
abstract class ReportProducer extends DefaultProducer {

    ReportProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public final VirtNbdEndpoint getEndpoint() {
        return (VirtNbdEndpoint) super.getEndpoint();
    }

    @Override
    public final void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        RequestOptions options = new RequestOptions(getEndpoint(), message);
        Optional<Path> directory = options.directory().or(() -> StreamSources.directory(message.getBody()));
        Map<String, Object> report = directory.isPresent() ? directory(directory.get(), options) : streams(exchange);
        RequestOptions.removeOptionHeaders(message);
        message.setBody(report);
    }

    private Map<String, Object> streams(Exchange exchange) throws IOException {
        List<Map<String, Object>> reports = new ArrayList<>();
        for (StreamInput input : StreamSources.streams(exchange, exchange.getMessage().getBody())) {
            reports.add(stream(input, exchange.getMessage()));
        }
        return reports.size() == 1 ? reports.get(0) : Map.of("streams", reports);
    }

    /** The report of a backup set. */
    abstract Map<String, Object> directory(Path directory, RequestOptions options) throws IOException;

    /** The report of one stream, whose metadata also become headers of the message. */
    abstract Map<String, Object> stream(StreamInput input, Message message) throws IOException;
}
