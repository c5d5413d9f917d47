/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.service.ServiceSupport;

/** What sends the requests of all stores of a Camel context, from when the first one is used until the context stops. */
final class StoreProducers extends ServiceSupport {
    private final ProducerTemplate template;

    private StoreProducers(ProducerTemplate template) {
        this.template = template;
    }

    static ProducerTemplate of(CamelContext context) {
        synchronized (StoreProducers.class) {
            StoreProducers producers = context.hasService(StoreProducers.class);
            if (producers == null) {
                producers = new StoreProducers(context.createProducerTemplate());
                try {
                    context.addService(producers);
                } catch (Exception e) {
                    throw new IllegalStateException("the service that sends requests to stores does not start", e);
                }
            }
            return producers.template;
        }
    }

    @Override
    protected void doStop() {
        template.stop();
    }
}
