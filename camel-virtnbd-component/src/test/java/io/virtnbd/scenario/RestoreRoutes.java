/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import io.virtnbd.camel.header.VirtNbdConstants;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;

/** Restores and verifies by the component's endpoints. Safe for use by several threads. */
final class RestoreRoutes implements AutoCloseable {
    private final CamelContext camel = new DefaultCamelContext();
    private final ProducerTemplate template;

    RestoreRoutes() {
        camel.start();
        template = camel.createProducerTemplate();
    }

    Exchange toImage(Object body, Path image, Map<String, Object> headers) {
        Map<String, Object> all = new HashMap<>(headers);
        all.put(VirtNbdConstants.IMAGE, image.toString());
        return send("virtnbd:restore", body, all);
    }

    Exchange verify(Path directory) {
        return send("virtnbd:verify", directory, Map.of());
    }

    /** Sends a message to an endpoint and returns its exchange, failed or not. */
    Exchange send(String uri, Object body, Map<String, Object> headers) {
        return template.send(uri, exchange -> {
            exchange.getMessage().setBody(body);
            headers.forEach(exchange.getMessage()::setHeader);
        });
    }

    CamelContext camel() {
        return camel;
    }

    @Override
    public void close() {
        camel.stop();
    }
}
