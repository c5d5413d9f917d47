/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.jms;

import io.virtnbd.examples.support.Example;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/** An ActiveMQ Artemis broker in this process, on a free port of the loopback interface. It keeps messages in memory only. */
final class Broker implements AutoCloseable {

    private final EmbeddedActiveMQ server;

    private Broker(String url) throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("tcp", url);
        server = new EmbeddedActiveMQ().setConfiguration(configuration).start();
    }

    /** Starts one where the user has not named a broker of somebody else. */
    static void start(Example example) throws Exception {
        if (example.isGiven("broker.url")) {
            return;
        }
        String url = "tcp://127.0.0.1:" + freePort();
        example.closing(new Broker(url));
        example.set("broker.url", url);
        example.tell("broker", url);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
