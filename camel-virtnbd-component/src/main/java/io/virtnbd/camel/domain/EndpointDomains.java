/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.LibvirtAddress;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.libvirt.LibvirtOptions;
import java.util.function.Supplier;
import org.apache.camel.support.HealthCheckComponent;

/** The domains of the libvirt daemon that an endpoint's options say. Safe for use by several threads. */
public final class EndpointDomains {

    private final EndpointOptions endpoint;
    private final HealthCheckComponent component;
    private final Supplier<DomainHosts> hosts;

    /**
     * @param component says whether there are health checks
     * @param hosts     the daemons that the component uses, asked for each time
     */
    public EndpointDomains(EndpointOptions endpoint, HealthCheckComponent component, Supplier<DomainHosts> hosts) {
        this.endpoint = endpoint;
        this.component = component;
        this.hosts = hosts;
    }

    /** The daemon; it need not be connected yet. */
    public DomainHost host() {
        return hosts.get().host(daemon());
    }

    /** To be said when a consumer starts that backs up. */
    public void usedByConsumer() {
        if (isOfDomain()) {
            hosts.get().usedByConsumer(daemon(), component.isHealthCheckConsumerEnabled());
        }
    }

    /** To be said when a producer starts that asks the daemon. */
    public void usedByProducer() {
        if (isOfDomain()) {
            hosts.get().usedByProducer(daemon(), component.isHealthCheckProducerEnabled());
        }
    }

    private LibvirtOptions daemon() {
        return LibvirtAddress.of(endpoint.configuration());
    }

    private boolean isOfDomain() {
        return new RequestOptions(endpoint, null).nbdUri().isEmpty();
    }
}
