/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.VirtNbdProducer;
import io.virtnbd.camel.option.RequestOptions;
import java.io.IOException;
import org.apache.camel.Exchange;

/** Replaces the body by the names of the domains that match a pattern, sorted; an empty list where none does. */
final class DomainsProducer extends VirtNbdProducer {

    DomainsProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    protected void doStart() throws Exception {
        getEndpoint().usedByProducer();
        super.doStart();
    }

    @Override
    public void process(Exchange exchange) throws IOException {
        String pattern = new RequestOptions(getEndpoint(), exchange.getMessage()).domainPattern();
        exchange.getMessage().setBody(getEndpoint().domains().domains(pattern));
    }
}
