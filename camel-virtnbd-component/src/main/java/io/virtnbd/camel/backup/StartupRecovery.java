/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.domain.DomainHost;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.domain.DomainBackupOptions;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cleans up, when an endpoint starts, what a program that was killed has left behind of its backups, so that it does not stay
 * until the next backup. Whatever fails here is tried again by that.
 */
final class StartupRecovery implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(StartupRecovery.class);

    private final EndpointOptions endpoint;
    private final DomainHost host;

    private StartupRecovery(EndpointOptions endpoint, DomainHost host) {
        this.endpoint = endpoint;
        this.host = host;
    }

    /** Starts it in the background, for endpoints that name their domains. */
    static void start(EndpointOptions endpoint, BackupServices services) {
        if (endpoint.name() != null && new RequestOptions(endpoint, null).nbdUri().isEmpty()) {
            services.run(new StartupRecovery(endpoint, services.domains().host()));
        }
    }

    @Override
    public void run() {
        String name = endpoint.name();
        try {
            DomainBackupOptions options = new DomainRequest(new BackupRequest(new RequestOptions(endpoint, null)))
                    .options(ProgressListener.NONE);
            for (String domain : DomainPattern.isPattern(name) ? host.domains(name) : List.of(name)) {
                recover(domain, options);
            }
        } catch (Exception e) {
            warn("could not look for", name, e);
        }
    }

    private void recover(String domain, DomainBackupOptions options) {
        try {
            if (host.recover(domain, options)) {
                LOG.info("cleaned up what a killed backup of {} has left behind", domain);
            }
        } catch (Exception e) {
            warn("could not clean up", domain, e);
        }
    }

    private static void warn(String what, String domain, Exception reason) {
        LOG.warn("{} what a killed backup of {} may have left behind, the next backup does: {}", what, domain,
                reason.getMessage() == null ? reason.toString() : reason.getMessage());
        LOG.debug("{}", domain, reason);
    }
}
