/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import io.virtnbd.libvirt.LibvirtOptions;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Ready while the libvirt daemon answers. */
final class LibvirtHealthCheck extends AbstractHealthCheck {

    private final LibvirtOptions options;
    private final DomainHost host;

    LibvirtHealthCheck(String id, LibvirtOptions options, DomainHost host) {
        super("camel", id);
        this.options = options;
        this.host = host;
    }

    /** A daemon that is down is no reason to start this program again. */
    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> unused) {
        builder.detail("libvirt.uri", options.uri());
        try {
            host.ping();
            builder.up();
        } catch (IOException e) {
            builder.down().message(e.getMessage()).error(e);
        }
    }
}
