/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import io.virtnbd.libvirt.LibvirtOptions;
import java.io.Closeable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.CamelContext;

/**
 * The libvirt daemons that a component uses, one connection for each daemon and user, with a health check for each. Safe for
 * use by several threads.
 */
public final class DomainHosts implements Closeable {

    private final Function<LibvirtOptions, DomainHost> factory;
    private final LibvirtHealthChecks checks;
    private final Map<LibvirtOptions, DomainHost> hosts = new LinkedHashMap<>();

    /** For real daemons. */
    public DomainHosts(CamelContext context) {
        this(context, LibvirtHost::new);
    }

    /** @param factory makes what stands for a daemon; it need not connect yet */
    public DomainHosts(CamelContext context, Function<LibvirtOptions, DomainHost> factory) {
        this.factory = factory;
        this.checks = new LibvirtHealthChecks(context);
    }

    /** The daemon of that URI and user. */
    public synchronized DomainHost host(LibvirtOptions options) {
        return hosts.computeIfAbsent(options, factory);
    }

    /** The daemon is used by a consumer: its health check counts where those of consumers do. */
    public synchronized void usedByConsumer(LibvirtOptions options, boolean enabled) {
        checks.consumer(options, host(options), enabled);
    }

    /** The daemon is used by a producer: its health check counts where those of producers do. */
    public synchronized void usedByProducer(LibvirtOptions options, boolean enabled) {
        checks.producer(options, host(options), enabled);
    }

    /** Ends all backups that are open, rolling back those that were not committed. The daemons can be asked for again. */
    @Override
    public void close() {
        Map<LibvirtOptions, DomainHost> closing;
        synchronized (this) {
            checks.remove();
            closing = new LinkedHashMap<>(hosts);
            hosts.clear();
        }
        closing.values().forEach(DomainHost::close);
    }
}
