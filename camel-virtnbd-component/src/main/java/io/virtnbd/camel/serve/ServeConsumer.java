/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.engine.serve.ChainServer;
import java.util.concurrent.Executor;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/** Serves disks from their backup while its route runs, and sends one message when they are served. */
public final class ServeConsumer extends DefaultConsumer {

    private final EndpointOptions options;
    private final Executor background;
    private ChainServer server;

    /** @param background runs what is not waited for; it ends with the component */
    public ServeConsumer(Endpoint endpoint, Processor processor, EndpointOptions options, Executor background) {
        super(endpoint, processor);
        this.options = options;
        this.background = background;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        Exchange exchange = createExchange(false);
        server = new ServeRequest(new RequestOptions(options, exchange.getMessage())).start(exchange);
        ServeRequest.describe(server, exchange.getMessage());
        // what the route does with it is not what it waits for to be started
        background.execute(() -> send(exchange));
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
