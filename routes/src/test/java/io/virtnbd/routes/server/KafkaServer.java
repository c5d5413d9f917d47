/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.server;

import io.virtnbd.testing.FreePort;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

/** A Kafka broker in this process, in KRaft mode, on the loopback interface. It can be stopped and started again. */
public final class KafkaServer implements AutoCloseable {

    private final Properties properties = new Properties();
    private final int port;
    private KafkaRaftServer server;

    /**
     * Starts it.
     *
     * @param directory       for its logs
     * @param port            that it listens on
     * @param advertisedPort  that clients are told, for example a proxy's
     * @param maxMessageBytes limit of the size of messages
     */
    public KafkaServer(Path directory, int port, int advertisedPort, int maxMessageBytes) throws Exception {
        this.port = port;
        int controllerPort = FreePort.find();
        Map<String, Object> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + advertisedPort);
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", Files.createDirectories(directory.resolve("kafka")).toString());
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("message.max.bytes", Integer.toString(maxMessageBytes));
        settings.put("replica.fetch.max.bytes", Integer.toString(maxMessageBytes));
        properties.putAll(settings);
        format(directory);
        start();
    }

    /** On a free port, with the limit that brokers have by default. */
    public KafkaServer(Path directory) throws Exception {
        this(directory, FreePort.find(), 1_048_588);
    }

    private KafkaServer(Path directory, int port, int maxMessageBytes) throws Exception {
        this(directory, port, port, maxMessageBytes);
    }

    private void format(Path directory) throws Exception {
        Path file = directory.resolve("kafka.properties");
        try (var out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        int code = StorageTool.execute(new String[] {"format", "--cluster-id", "AAAAAAAAAAAAAAAAAAAAAA", "--config",
            file.toString()}, new PrintStream(output, true));
        if (code != 0) {
            throw new AssertionError("kafka storage was not formatted:\n" + output);
        }
    }

    /** Starts it, with what it has stored. */
    public void start() {
        server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        server.startup();
    }

    /** Stops it, and keeps what it has stored. */
    public void stop() {
        if (server != null) {
            server.shutdown();
            server.awaitShutdown();
            server = null;
        }
    }

    /** For clients' option brokers. */
    public String brokers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        stop();
    }
}
