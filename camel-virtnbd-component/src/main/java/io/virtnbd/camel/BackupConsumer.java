/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.util.Iterator;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.ScheduledPollConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a backup at each poll, and sends each of its messages through the route in an exchange of its own, one after the other.
 * The first failure ends the backup, also one that the route has handled, and the poll fails.
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
    protected int poll() throws Exception {
        BackupRun run = BackupRun.begin(getEndpoint(), null);
        try {
            int count = 0;
            BackupParts parts = new BackupParts(run, getEndpoint().getCamelContext(), Map.of());
            for (Iterator<Message> messages = parts.iterator(); messages.hasNext(); count++) {
                if (!isRunAllowed()) {
                    throw stopped(run, count);
                }
                send(messages.next(), run);
            }
            return count;
        } finally {
            run.session().end();
        }
    }

    /** Camel does not report what fails while a route is stopped, so this does. */
    private static IncompleteBackupException stopped(BackupRun run, int count) {
        IncompleteBackupException stopped = new IncompleteBackupException(run.session().name()
                + " is incomplete: the route was stopped after " + count + " messages");
        LOG.warn(stopped.getMessage());
        return stopped;
    }

    private void send(Message message, BackupRun run) throws IncompleteBackupException {
        String name = message.getHeader(VirtNbdConstants.FILE_NAME, "a frame", String.class);
        Exchange exchange = createExchange(false);
        try {
            exchange.getExchangeExtension().setStreamCacheDisabled(true);
            exchange.setIn(message);
            process(exchange);
            Throwable cause = PartCompletion.failure(exchange);
            if (cause != null) {
                throw new IncompleteBackupException(run.session().name() + " is incomplete: the delivery of " + name
                        + " failed", cause);
            }
        } finally {
            releaseExchange(exchange, false);
        }
        if (run.log().failure() != null) {
            throw run.log().failure();
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
