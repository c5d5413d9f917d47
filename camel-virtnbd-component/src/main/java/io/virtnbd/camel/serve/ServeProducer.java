/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.engine.serve.ChainServer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Starts to serve disks from their backup, or ends that, as a message says. */
public final class ServeProducer extends DefaultProducer {

    private static final String START = "start";
    private static final String STOP = "stop";

    private final EndpointOptions options;
    private final OpenServers servers;

    /** @param servers those of the component */
    public ServeProducer(Endpoint endpoint, EndpointOptions options, OpenServers servers) {
        super(endpoint);
        this.options = options;
        this.servers = servers;
    }

    @Override
    public void process(Exchange exchange) throws IOException, GeneralSecurityException {
        Message message = exchange.getMessage();
        String wanted = new RequestOptions(options, message).value(VirtNbdConstants.SERVE, String.class, START);
        switch (wanted) {
            case START -> start(exchange);
            case STOP -> stop(message);
            default -> throw new IllegalArgumentException("header " + VirtNbdConstants.SERVE + " is '" + wanted
                    + "', expected start or stop");
        }
    }

    private void start(Exchange exchange) throws IOException, GeneralSecurityException {
        ChainServer server = new ServeRequest(new RequestOptions(options, exchange.getMessage())).start(exchange);
        servers.add(options.name(), server);
        ServeRequest.describe(server, exchange.getMessage());
    }

    private void stop(Message message) throws IOException {
        String uri = message.getHeader(VirtNbdConstants.NBD_URI, String.class);
        int ended = servers.stop(options.name(), uri);
        RequestOptions.removeOptionHeaders(message);
        message.removeHeader(VirtNbdConstants.SERVE);
        message.setBody(ended);
    }
}
