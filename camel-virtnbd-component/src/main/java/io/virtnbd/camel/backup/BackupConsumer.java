/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.delivery.BackupRun;
import io.virtnbd.camel.delivery.DeliveryFailure;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.support.ScheduledPollConsumer;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a backup of each of its domains at each poll, one domain after the other, and sends each of its messages through the
 * route in an exchange of its own, one after the other or so many at once. The first failure ends the backup, also one that the
 * route has handled; the other domains are backed up nevertheless, and then the poll fails.
 */
public final class BackupConsumer extends ScheduledPollConsumer {

    private static final Logger LOG = LoggerFactory.getLogger(BackupConsumer.class);

    private final EndpointOptions options;
    private final BackupServices services;
    private volatile ExecutorService executor;
    private volatile BackupRun current;

    public BackupConsumer(Endpoint endpoint, Processor processor, EndpointOptions options, BackupServices services) {
        super(endpoint, processor);
        this.options = options;
        this.services = services;
    }

    @Override
    protected void doStart() throws Exception {
        services.domains().usedByConsumer();
        StartupRecovery.start(options, services);
        int threads = concurrentConsumers();
        if (threads > 1) {
            // one that is refused must be told of, which Camel's default, to run it in the thread that asks, does not
            ThreadPoolProfile profile = new ThreadPoolProfileBuilder("virtnbd-consumer").poolSize(threads).maxPoolSize(threads)
                    .rejectedPolicy(ThreadPoolRejectedPolicy.Abort).build();
            executor = options.context().getExecutorServiceManager()
                    .newThreadPool(this, "virtnbd-consumer", profile);
        }
        super.doStart();
    }

    private int concurrentConsumers() {
        return options.configuration().getConcurrentConsumers();
    }

    /** What is being delivered is delivered; nothing else is. */
    @Override
    protected void doStop() throws Exception {
        BackupRun waiting = current;
        if (waiting != null) {
            waiting.stopHandingOut();
        }
        if (executor != null) {
            options.context().getExecutorServiceManager().shutdown(executor);
        }
        super.doStop();
    }

    @Override
    protected void doShutdown() throws Exception {
        if (executor != null) {
            options.context().getExecutorServiceManager().shutdownNow(executor);
        }
        super.doShutdown();
    }

    /** @return whether what is left of a backup is delivered */
    boolean goesOn() {
        return isRunAllowed();
    }

    @Override
    protected int poll() throws Exception {
        Exception failure = null;
        int count = 0;
        for (String domain : domains()) {
            if (!isPollAllowed()) {
                break;
            }
            try {
                count += backUp(domain);
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else if (failure != e) {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        return count;
    }

    private BackupRequest request() {
        return new BackupRequest(new RequestOptions(options, null));
    }

    private List<String> domains() throws IOException {
        BackupRequest request = request();
        String name = request.name();
        if (request.isOfExport() || !DomainPattern.isPattern(name)) {
            return List.of(name);
        }
        List<String> domains = services.domains().host().domains(name);
        if (domains.isEmpty()) {
            LOG.warn("no domain matches {}, nothing is backed up", name);
        }
        return domains;
    }

    private int backUp(String domain) throws Exception {
        BackupParts parts = begin(domain);
        BackupRun run = parts.run();
        current = run;
        try {
            ExecutorService threads = executor;
            int count = (threads == null ? new SequentialDelivery(this, run)
                    : new ConcurrentDelivery(this, run, threads, concurrentConsumers())).deliver(parts.iterator());
            run.end();
            run.requireNotLost();
            return count;
        } finally {
            current = null;
            run.end();
        }
    }

    private BackupParts begin(String domain) throws Exception {
        try {
            return new BackupStart(services, request()).begin(domain);
        } catch (Exception e) {
            LOG.warn("backup of {} could not begin: {}", domain, e.getMessage());
            throw e;
        }
    }

    /**
     * Sends a message through the route, whatever becomes of it there.
     *
     * @return why that failed; null if it did not
     */
    Throwable send(Message message) {
        Exchange exchange = createExchange(false);
        try {
            exchange.getExchangeExtension().setStreamCacheDisabled(true);
            exchange.setIn(message);
            process(exchange);
            return DeliveryFailure.of(exchange);
        } finally {
            releaseExchange(exchange, false);
        }
    }

    private void process(Exchange exchange) {
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
    }
}
