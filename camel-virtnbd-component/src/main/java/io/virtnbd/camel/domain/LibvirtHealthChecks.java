/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import io.virtnbd.libvirt.LibvirtOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.WritableHealthCheckRepository;

/**
 * The health checks of the daemons that are in use, where the context has any. Those used by producers are among Camel's
 * checks of producers, which are off by default; Camel's checks of consumers take no others, so those used by consumers stand
 * alone.
 */
final class LibvirtHealthChecks {

    private final CamelContext context;
    private final Map<LibvirtOptions, LibvirtHealthCheck> consumers = new LinkedHashMap<>();
    private final Map<LibvirtOptions, LibvirtHealthCheck> producers = new LinkedHashMap<>();

    LibvirtHealthChecks(CamelContext context) {
        this.context = context;
    }

    void consumer(LibvirtOptions options, DomainHost host, boolean enabled) {
        HealthCheckRegistry registry = HealthCheckRegistry.get(context);
        if (registry != null && !consumers.containsKey(options)) {
            LibvirtHealthCheck check = check("libvirt-consumer:", options, host, enabled);
            consumers.put(options, check);
            registry.register(check);
        }
    }

    void producer(LibvirtOptions options, DomainHost host, boolean enabled) {
        WritableHealthCheckRepository repository = repository();
        if (repository != null && !producers.containsKey(options)) {
            LibvirtHealthCheck check = check("libvirt-producer:", options, host, enabled);
            producers.put(options, check);
            repository.addHealthCheck(check);
        }
    }

    private WritableHealthCheckRepository repository() {
        return HealthCheckHelper.getHealthCheckRepository(context, "producers", WritableHealthCheckRepository.class);
    }

    private LibvirtHealthCheck check(String kind, LibvirtOptions options, DomainHost host, boolean enabled) {
        String user = options.username() == null ? "" : options.username() + "@";
        LibvirtHealthCheck check = new LibvirtHealthCheck(kind + user + options.uri(), options, host);
        check.setCamelContext(context);
        check.setEnabled(enabled);
        return check;
    }

    void remove() {
        HealthCheckRegistry registry = HealthCheckRegistry.get(context);
        if (registry != null) {
            consumers.values().forEach(registry::unregister);
        }
        WritableHealthCheckRepository repository = repository();
        if (repository != null) {
            producers.values().forEach(repository::removeHealthCheck);
        }
        consumers.clear();
        producers.clear();
    }
}
