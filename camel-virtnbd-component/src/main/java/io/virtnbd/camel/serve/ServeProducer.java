/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.VirtNbdProducer;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.engine.serve.ChainServer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Starts to serve disks from their backup, or ends that, as a message says. */
final class ServeProducer extends VirtNbdProducer {

    private static final String START = "start";
    private static final String STOP = "stop";

    ServeProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public void process(Exchange exchange) throws IOException, GeneralSecurityException {
        Message message = exchange.getMessage();
        String wanted = new RequestOptions(getEndpoint(), message).value(VirtNbdConstants.SERVE, String.class, START);
        switch (wanted) {
            case START -> start(exchange);
            case STOP -> stop(message);
            default -> throw new IllegalArgumentException("header " + VirtNbdConstants.SERVE + " is '" + wanted
                    + "', expected start or stop");
        }
    }

    private void start(Exchange exchange) throws IOException, GeneralSecurityException {
        ChainServer server = new ServeRequest(getEndpoint()).start(exchange);
        getEndpoint().getComponent().openServers().add(getEndpoint().getName(), server);
        ServeRequest.describe(server, exchange.getMessage());
    }

    private void stop(Message message) throws IOException {
        String uri = message.getHeader(VirtNbdConstants.NBD_URI, String.class);
        int ended = getEndpoint().getComponent().openServers().stop(getEndpoint().getName(), uri);
        RequestOptions.removeOptionHeaders(message);
        message.removeHeader(VirtNbdConstants.SERVE);
        message.setBody(ended);
    }
}
