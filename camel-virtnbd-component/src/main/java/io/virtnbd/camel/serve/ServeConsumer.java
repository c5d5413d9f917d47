/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.engine.serve.ChainServer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/** Serves disks from their backup while its route runs, and sends one message when they are served. */
final class ServeConsumer extends DefaultConsumer {

    private ChainServer server;

    ServeConsumer(VirtNbdEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    @Override
    public VirtNbdEndpoint getEndpoint() {
        return (VirtNbdEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        Exchange exchange = createExchange(false);
        server = new ServeRequest(getEndpoint()).start(exchange);
        ServeRequest.describe(server, exchange.getMessage());
        // what the route does with it is not what it waits for to be started
        getEndpoint().getComponent().tasks().run(() -> send(exchange));
    }

    private void send(Exchange exchange) {
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        if (exchange.getException() != null) {
            getExceptionHandler().handleException("the message about what is served was not processed", exchange,
                    exchange.getException());
        }
        releaseExchange(exchange, false);
    }

    @Override
    protected void doStop() throws Exception {
        ChainServer ended = server;
        server = null;
        if (ended != null) {
            ended.close();
        }
        super.doStop();
    }
}
