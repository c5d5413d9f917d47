/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import java.io.IOException;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultProducer;

/** Replaces the body by the names of the domains that match a pattern, by default of all, sorted; an empty list where none does. */
public final class DomainsProducer extends DefaultProducer {

    private final EndpointOptions options;
    private final EndpointDomains domains;

    public DomainsProducer(Endpoint endpoint, EndpointOptions options, EndpointDomains domains) {
        super(endpoint);
        this.options = options;
        this.domains = domains;
    }

    @Override
    protected void doStart() throws Exception {
        domains.usedByProducer();
        super.doStart();
    }

    @Override
    public void process(Exchange exchange) throws IOException {
        String pattern = new RequestOptions(options, exchange.getMessage()).domainName().orElse("*");
        exchange.getMessage().setBody(domains.host().domains(pattern));
    }
}
