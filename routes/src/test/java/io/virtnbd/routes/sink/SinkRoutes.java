/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import io.virtnbd.camel.header.VirtNbdConstants;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Backs up a domain to a sink by a route in YAML, as users write it, and restores what is in a directory. */
public final class SinkRoutes implements AutoCloseable {

    private final CamelContext camel = new DefaultCamelContext();
    private final ProducerTemplate template;
    private final AtomicInteger redeliveries = new AtomicInteger();

    /**
     * @param domain  name of the domain, or any where the options have an export
     * @param options of the backup, as lines of YAML
     * @param sink    URI of the endpoint that takes each message
     * @param retries how often a delivery is repeated
     */
    public SinkRoutes(String domain, String options, String sink, int retries) throws Exception {
        this(domain, options, sink, retries, "");
    }

    /** @param splitOptions more options of the split, as lines of YAML */
    public SinkRoutes(String domain, String options, String sink, int retries, String splitOptions) throws Exception {
        String yaml = """
                - route:
                    id: backup
                    errorHandler:
                      defaultErrorHandler:
                        redeliveryPolicy:
                          maximumRedeliveries: %d
                          redeliveryDelay: 200
                          logRetryAttempted: true
                          retryAttemptedLogLevel: INFO
                    from:
                      uri: direct:backup
                      steps:
                        - to:
                            uri: virtnbd:backup:%s
                            parameters:
                              waitForDomain: 10s
                %s
                        - split:
                            simple: ${body}
                            streaming: true
                            stopOnException: true
                %s
                            steps:
                              - to: "%s"
                - route:
                    id: restore
                    from:
                      uri: direct:restore
                      steps:
                        - to: virtnbd:restore?format=raw
                - route:
                    id: verify
                    from:
                      uri: direct:verify
                      steps:
                        - to: virtnbd:verify
                """.formatted(retries, domain, options.strip().indent(14), splitOptions.strip().indent(12), sink);
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("backup.yaml", yaml));
        camel.getManagementStrategy().addEventNotifier(new EventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof CamelEvent.ExchangeRedeliveryEvent) {
                    redeliveries.incrementAndGet();
                }
            }
        });
        camel.start();
        template = camel.createProducerTemplate();
    }

    public CamelContext camel() {
        return camel;
    }

    /** How many deliveries were repeated. */
    public int redeliveries() {
        return redeliveries.get();
    }

    /** Asks for a backup; the exchange tells what became of it. */
    public Exchange tryBackUp(String level) {
        return template.request("direct:backup",
                exchange -> exchange.getMessage().setHeader(VirtNbdConstants.LEVEL, level));
    }

    /** Makes a backup, which must succeed, and returns what it is. */
    public Made backUp(String level) throws Exception {
        Exchange done = tryBackUp(level);
        if (done.getException() != null) {
            throw done.getException();
        }
        return new Made(header(done, VirtNbdConstants.LEVEL), header(done, VirtNbdConstants.CHAIN),
                header(done, VirtNbdConstants.CHECKPOINT));
    }

    private static String header(Exchange exchange, String name) {
        return exchange.getMessage().getHeader(name, String.class);
    }

    /** Restores a disk from the directory of a chain until a checkpoint. */
    public void restore(Path chain, String checkpoint, String disk, Path image) {
        template.requestBodyAndHeaders("direct:restore", null, Map.of(VirtNbdConstants.DIRECTORY, chain.toString(),
                VirtNbdConstants.DISK, disk, VirtNbdConstants.UNTIL, checkpoint, VirtNbdConstants.IMAGE, image.toString()));
    }

    /** Reads the directory of a chain to the end and compares it with its manifests. */
    public void verify(Path chain) {
        template.requestBodyAndHeaders("direct:verify", null, Map.of(VirtNbdConstants.DIRECTORY, chain.toString()));
    }

    @Override
    public void close() {
        camel.stop();
    }

    /** A backup, as the headers tell of it. */
    public record Made(String level, String chain, String checkpoint) {
    }
}
