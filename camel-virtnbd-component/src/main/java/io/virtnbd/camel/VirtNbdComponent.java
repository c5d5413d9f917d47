/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.delivery.OpenBackups;
import io.virtnbd.camel.domain.DomainHost;
import io.virtnbd.camel.domain.DomainHosts;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.camel.option.VirtNbdOperation;
import io.virtnbd.camel.restore.RestoreSessions;
import io.virtnbd.camel.serve.OpenServers;
import io.virtnbd.libvirt.LibvirtOptions;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.Endpoint;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;

/** Backs up disks of virtual machines, and restores them. */
@Component("virtnbd")
public class VirtNbdComponent extends HealthCheckComponent implements SSLContextParametersAware {

    @Metadata(description = "Options that endpoints have where they do not set them themselves.")
    private VirtNbdConfiguration configuration = new VirtNbdConfiguration();
    @Metadata(label = "security", defaultValue = "false",
              description = "Whether endpoints without sslContextParameters use those of the Camel context.")
    private boolean useGlobalSslContextParameters;
    private final OpenBackups openBackups = new OpenBackups();
    private final RestoreSessions restoreSessions = new RestoreSessions();
    private final OpenServers openServers = new OpenServers();
    private Function<LibvirtOptions, DomainHost> hostFactory;
    private DomainHosts hosts;
    private BackgroundTasks tasks;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        int colon = remaining.indexOf(':');
        VirtNbdConfiguration copy = configuration.copy();
        if (copy.getSslContextParameters() == null && useGlobalSslContextParameters) {
            copy.setSslContextParameters(retrieveGlobalSslContextParameters());
        }
        VirtNbdEndpoint endpoint = new VirtNbdEndpoint(uri, this, copy);
        endpoint.setOperation(VirtNbdOperation.of(colon < 0 ? remaining : remaining.substring(0, colon)));
        if (colon >= 0 && colon + 1 < remaining.length()) {
            endpoint.setName(remaining.substring(colon + 1));
        }
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /** Puts something else in the place of real libvirt daemons; to be called before the first is used. */
    void setHostFactory(Function<LibvirtOptions, DomainHost> hostFactory) {
        this.hostFactory = hostFactory;
    }

    /** The libvirt daemons in use. */
    synchronized DomainHosts hosts() {
        if (hosts == null) {
            hosts = hostFactory == null ? new DomainHosts(getCamelContext()) : new DomainHosts(getCamelContext(), hostFactory);
        }
        return hosts;
    }

    synchronized BackgroundTasks tasks() {
        if (tasks == null) {
            tasks = new BackgroundTasks(getCamelContext());
        }
        return tasks;
    }

    OpenBackups openBackups() {
        return openBackups;
    }

    RestoreSessions restoreSessions() {
        return restoreSessions;
    }

    /** The servers that messages have started. */
    OpenServers openServers() {
        return openServers;
    }

    @Override
    protected void doStart() throws Exception {
        openServers.open();
        super.doStart();
    }

    /** Rolls back the backups that are open, ends what is served, and leaves restores that wait for messages to be gone on with. */
    @Override
    protected void doStop() throws Exception {
        BackgroundTasks closingTasks;
        DomainHosts closingHosts;
        synchronized (this) {
            closingTasks = tasks;
            closingHosts = hosts;
            tasks = null;
            hosts = null;
        }
        openBackups.close("the component was stopped");
        restoreSessions.close();
        openServers.close();
        if (closingTasks != null) {
            closingTasks.close();
        }
        if (closingHosts != null) {
            closingHosts.close();
        }
        super.doStop();
    }

    public VirtNbdConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(VirtNbdConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    public boolean isUseGlobalSslContextParameters() {
        return useGlobalSslContextParameters;
    }

    @Override
    public void setUseGlobalSslContextParameters(boolean useGlobalSslContextParameters) {
        this.useGlobalSslContextParameters = useGlobalSslContextParameters;
    }
}
