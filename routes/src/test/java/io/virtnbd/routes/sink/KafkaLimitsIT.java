/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.Manifest;
import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.RawFileExport;
import io.virtnbd.routes.server.KafkaServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of an export with 24 MiB of data through topics with limits of their own. */
class KafkaLimitsIT {

    private static final int MIB = 1 << 20;

    @TempDir
    private Path directory;
    private KafkaServer kafka;
    private RawFileExport disk;
    private NbdServer server;
    private CamelContext camel;
    private final List<String> sent = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        kafka = new KafkaServer(directory);
        byte[] content = new byte[24 * MIB];
        new Random(5).nextBytes(content);
        disk = RawFileExport.readOnly(Files.write(directory.resolve("disk.raw"), content));
        server = NbdServer.builder().export("", disk).build().start();
        camel = new DefaultCamelContext();
        camel.start();
    }

    @AfterEach
    void stop() throws Exception {
        camel.close();
        server.close();
        disk.close();
        kafka.close();
    }

    private void topic(String name, int limit) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.brokers()))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1)
                    .configs(Map.of("max.message.bytes", Integer.toString(limit))))).all().get();
        }
    }

    private Exchange backUp(String topic, String segmentSize, int maxRequestSize) throws Exception {
        String from = "direct:" + topic + maxRequestSize;
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(from).toF("virtnbd:backup:disk1?unit=segment&nbdUri=%s&segmentSize=%s", server.uri(""), segmentSize)
                        .split(body()).streaming().stopOnException()
                        .toF("kamelet:virtnbd-kafka-sink?topic=%s&brokers=%s&maxRequestSize=%d", topic, kafka.brokers(),
                                maxRequestSize)
                        .process(exchange -> sent.add(
                                exchange.getMessage().getHeader(VirtNbdConstants.ARTIFACT, String.class)));
            }
        });
        sent.clear();
        return camel.createProducerTemplate().send(from, exchange -> { });
    }

    @Test
    void failsWithAManifestThatIsTooLarge() throws Exception {
        topic("small", 80_000);
        assertThat(backUp("small", "64k", 70_000).getException()).hasRootCauseInstanceOf(RecordTooLargeException.class);
        assertThat(sent).hasSize(24 * 16 + 1).doesNotContain("manifest"); // segments and the domain XML
        assertThat(backUp("small", "64k", 100_000).getException()).as("the broker's limit")
                .hasRootCauseInstanceOf(RecordTooLargeException.class);
        assertThat(sent).doesNotContain("manifest");
        topic("larger", 100_100);
        assertThat(backUp("larger", "64k", 100_000).getException()).isNull();
        assertThat(sent).endsWith("manifest");
    }

    @Test
    void sendsAndReceivesLargerSegmentsWhereTheTopicAllowsThem() throws Exception {
        topic("large", 16_777_300);
        Path received = directory.resolve("received");
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                // a record is larger than what is fetched at once
                fromF("kamelet:virtnbd-kafka-source?topic=large&brokers=%s&fetchMaxBytes=1048576", kafka.brokers())
                        .to(ReceivedBackups.store(received));
            }
        });
        assertThat(backUp("large", "15m", 16_777_216).getException()).isNull();
        Path manifest = Awaitility.await().until(() -> ReceivedBackups.find(received,
                "disk1.virtnbd.0.json"), Optional::isPresent).get();
        Manifest.read(manifest).verify(manifest.getParent(), true);
        assertThat(Manifest.read(manifest).artifacts()).hasSize(3); // two segments and the domain XML
    }
}
