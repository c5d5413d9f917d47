/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.backup.BackupConsumer;
import io.virtnbd.camel.backup.BackupProducer;
import io.virtnbd.camel.backup.BackupServices;
import io.virtnbd.camel.domain.DomainsProducer;
import io.virtnbd.camel.domain.EndpointDomains;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.camel.option.VirtNbdOperation;
import io.virtnbd.camel.restore.RestoreProducer;
import io.virtnbd.camel.retention.RetentionProducer;
import io.virtnbd.camel.retention.SynthesizeProducer;
import io.virtnbd.camel.serve.ServeConsumer;
import io.virtnbd.camel.serve.ServeProducer;
import io.virtnbd.camel.verify.InspectProducer;
import io.virtnbd.camel.verify.VerifyProducer;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.ScheduledPollEndpoint;

/**
 * Back up disks of virtual machines over NBD as messages, and restore them.
 */
@UriEndpoint(firstVersion = "0.1.0", scheme = "virtnbd", title = "VirtNBD", syntax = "virtnbd:operation:name",
             category = {Category.FILE, Category.CLOUD}, headersClass = VirtNbdConstants.class)
public class VirtNbdEndpoint extends ScheduledPollEndpoint {

    @UriPath
    @Metadata(required = true, description = "What to do.")
    private VirtNbdOperation operation;
    @UriPath
    @Metadata(description = "Name or UUID of the domain; for a scheduled backup, and for the operation domains,"
                            + " also a pattern, in which an asterisk stands for any characters. A bare export has no name of its own: then it is how the backup"
                            + " is called, by default as the export or, where that has no name, disk.")
    private String name;
    @UriParam
    private VirtNbdConfiguration configuration;

    public VirtNbdEndpoint(String uri, VirtNbdComponent component, VirtNbdConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    @Override
    public VirtNbdComponent getComponent() {
        return (VirtNbdComponent) super.getComponent();
    }

    /** What the endpoint says; once it has all its options. */
    EndpointOptions options() {
        return new EndpointOptions(getCamelContext(), operation, name, configuration);
    }

    @Override
    public Producer createProducer() {
        EndpointOptions options = options();
        EndpointRules.checkProducer(options);
        VirtNbdComponent component = getComponent();
        return switch (operation) {
            case backup -> new BackupProducer(this, options, services());
            case restore -> new RestoreProducer(this, options, domains(), component.restoreSessions());
            case verify -> new VerifyProducer(this, options);
            case inspect -> new InspectProducer(this, options);
            case serve -> new ServeProducer(this, options, component.openServers());
            case synthesize -> new SynthesizeProducer(this, options, services());
            case retention -> new RetentionProducer(this, options);
            case domains -> new DomainsProducer(this, options, domains());
        };
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        EndpointOptions options = options();
        EndpointRules.checkConsumer(options, getEndpointUri());
        BackupServices services = services();
        DefaultConsumer consumer = operation == VirtNbdOperation.serve
                ? new ServeConsumer(this, processor, options, services::run)
                : new BackupConsumer(this, processor, options, services);
        configureConsumer(consumer);
        return consumer;
    }

    private EndpointDomains domains() {
        return new EndpointDomains(options(), getComponent(), getComponent()::hosts);
    }

    private BackupServices services() {
        return new EndpointServices(getComponent(), domains());
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        EndpointRules.check(options(), getComponent().getConfiguration());
    }

    public VirtNbdOperation getOperation() {
        return operation;
    }

    public void setOperation(VirtNbdOperation operation) {
        this.operation = operation;
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public VirtNbdConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(VirtNbdConfiguration configuration) {
        this.configuration = configuration;
    }
}
