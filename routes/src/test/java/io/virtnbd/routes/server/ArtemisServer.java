/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.server;

import io.virtnbd.testing.FreePort;
import jakarta.jms.ConnectionFactory;
import java.nio.file.Path;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** An Artemis broker in this process, on a port of the loopback interface. It can be stopped and started again. */
public final class ArtemisServer implements AutoCloseable {

    /** Where it puts messages that were delivered too often. */
    public static final String DEAD_LETTERS = "dead-letters";

    private final Path directory;
    private final int port;
    private EmbeddedActiveMQ server;

    /**
     * Starts it.
     *
     * @param directory for what it stores
     */
    public ArtemisServer(Path directory) throws Exception {
        this(directory, FreePort.find());
    }

    /** Starts it on that port. */
    public ArtemisServer(Path directory, int port) throws Exception {
        this.directory = directory.resolve("artemis");
        this.port = port;
        start();
    }

    /** Starts it, with what it has stored. */
    public void start() throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(true)
                .setSecurityEnabled(false)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setLargeMessagesDirectory(directory.resolve("large").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setNodeManagerLockDirectory(directory.resolve("lock").toString())
                .setJournalDatasync(false)
                .addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + port)
                .addAddressSetting("#", new AddressSettings()
                        .setDeadLetterAddress(SimpleString.of(DEAD_LETTERS))
                        .setAutoCreateDeadLetterResources(true)
                        .setMaxDeliveryAttempts(20)
                        .setRedeliveryDelay(100)
                        .setMaxSizeBytes(64 << 20));
        server = new EmbeddedActiveMQ().setConfiguration(configuration);
        server.start();
    }

    /** Stops it, and keeps what it has stored. */
    public void stop() throws Exception {
        if (server != null) {
            server.stop();
            server = null;
        }
    }

    public int port() {
        return port;
    }

    /** URL for clients. */
    public String url() {
        return url(port);
    }

    /** URL for clients of a broker at that port, a proxy's for example. */
    public static String url(int port) {
        return "tcp://127.0.0.1:" + port + "?callTimeout=10000&connectionTTL=10000&clientFailureCheckPeriod=5000";
    }

    /** Makes connections to it. */
    public ConnectionFactory connectionFactory() {
        return new ActiveMQConnectionFactory(url());
    }

    @Override
    public void close() throws Exception {
        stop();
    }
}
