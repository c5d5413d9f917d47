/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.backup.BackupConsumer;
import io.virtnbd.camel.backup.BackupProducer;
import io.virtnbd.camel.backup.DomainRequest;
import io.virtnbd.camel.domain.DomainHost;
import io.virtnbd.camel.domain.DomainsProducer;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.OptionRules;
import io.virtnbd.camel.option.RequestOptions;
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

    /** The domains of the libvirt daemon that the options say. */
    DomainHost domains() {
        return getComponent().hosts().host(DomainRequest.libvirt(configuration));
    }

    /** To be said when a consumer starts. */
    void usedByConsumer() {
        if (isOfDomain()) {
            getComponent().hosts().usedByConsumer(DomainRequest.libvirt(configuration),
                    getComponent().isHealthCheckConsumerEnabled());
        }
    }

    /** To be said when a producer starts. */
    void usedByProducer() {
        if (isOfDomain()) {
            getComponent().hosts().usedByProducer(DomainRequest.libvirt(configuration),
                    getComponent().isHealthCheckProducerEnabled());
        }
    }

    private boolean isOfDomain() {
        return new RequestOptions(this, null).nbdUri().isEmpty();
    }

    @Override
    public Producer createProducer() {
        OptionRules.checkProducer(this);
        return switch (operation) {
            case backup -> new BackupProducer(this);
            case restore -> new RestoreProducer(this);
            case verify -> new VerifyProducer(this);
            case inspect -> new InspectProducer(this);
            case serve -> new ServeProducer(this);
            case synthesize -> new SynthesizeProducer(this);
            case retention -> new RetentionProducer(this);
            case domains -> new DomainsProducer(this);
        };
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        OptionRules.checkConsumer(this);
        if (operation == VirtNbdOperation.serve) {
            ServeConsumer consumer = new ServeConsumer(this, processor);
            configureConsumer(consumer);
            return consumer;
        }
        BackupConsumer consumer = new BackupConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        OptionRules.check(this);
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
