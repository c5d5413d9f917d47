/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.delivery.BackupRun;
import io.virtnbd.camel.delivery.DeliveryFailure;
import io.virtnbd.camel.delivery.IncompleteBackupException;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.ScheduledPollConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a backup of each of its domains at each poll, one domain after the other, and sends each of its messages through the
 * route in an exchange of its own, one after the other. The first failure ends the backup, also one that the route has
 * handled; the other domains are backed up nevertheless, and then the poll fails.
 */
final class BackupConsumer extends ScheduledPollConsumer {

    private static final Logger LOG = LoggerFactory.getLogger(BackupConsumer.class);

    BackupConsumer(VirtNbdEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    @Override
    public VirtNbdEndpoint getEndpoint() {
        return (VirtNbdEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        getEndpoint().usedByConsumer();
        Recovery.start(getEndpoint());
        super.doStart();
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

    private List<String> domains() throws IOException {
        RequestOptions options = new RequestOptions(getEndpoint(), null);
        if (options.nbdUri().isPresent()) {
            return List.of(options.exportName());
        }
        String name = options.domain();
        if (!DomainPattern.isPattern(name)) {
            return List.of(name);
        }
        List<String> domains = getEndpoint().domains().domains(name);
        if (domains.isEmpty()) {
            LOG.warn("no domain matches {}, nothing is backed up", name);
        }
        return domains;
    }

    private int backUp(String domain) throws Exception {
        BackupParts parts = begin(domain);
        BackupRun run = parts.run();
        int count = 0;
        try {
            for (Iterator<Message> messages = parts.iterator(); messages.hasNext(); count++) {
                if (!isRunAllowed()) {
                    // Camel does not report what fails while a route is stopped; the end of the backup is logged
                    throw run.failed("the route was stopped after " + count + " messages", null);
                }
                send(messages.next(), run);
            }
        } finally {
            run.end();
        }
        run.requireNotLost();
        return count;
    }

    private BackupParts begin(String domain) throws Exception {
        try {
            return BackupStart.begin(getEndpoint(), domain);
        } catch (Exception e) {
            LOG.warn("backup of {} could not begin: {}", domain, e.getMessage());
            throw e;
        }
    }

    private void send(Message message, BackupRun run) throws IncompleteBackupException {
        String name = message.getHeader(VirtNbdConstants.FILE_NAME, "a frame", String.class);
        Exchange exchange = createExchange(false);
        Throwable cause;
        try {
            exchange.getExchangeExtension().setStreamCacheDisabled(true);
            exchange.setIn(message);
            process(exchange);
            cause = DeliveryFailure.of(exchange);
        } finally {
            releaseExchange(exchange, false);
        }
        if (cause != null) {
            run.failed("the delivery of " + name + " failed", cause);
        }
        run.requireNoFailure();
    }

    private void process(Exchange exchange) {
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
    }
}
