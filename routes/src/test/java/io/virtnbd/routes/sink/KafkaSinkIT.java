/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.routes.server.KafkaServer;
import io.virtnbd.routes.sink.ReceivedBackups.Made;
import io.virtnbd.routes.sink.ReceivedBackups.Sending;
import io.virtnbd.testing.FreePort;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Backups of a domain through a Kafka topic of three partitions into a directory. */
class KafkaSinkIT extends BrokerCases {

    private KafkaServer server;

    @Override
    void createBroker() throws Exception {
        int port = FreePort.find();
        proxy = new FaultyProxy(port);
        server = new KafkaServer(directory, port, proxy.port(), 1_048_588);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers()))) {
            admin.createTopics(List.of(new NewTopic(QUEUE, 3, (short) 1), new NewTopic("shuffled", 3, (short) 1))).all().get();
        }
    }

    @Override
    void startBroker() {
        server.start();
    }

    @Override
    void stopBroker() {
        server.stop();
    }

    private String brokers() {
        return "127.0.0.1:" + proxy.port();
    }

    @Override
    String sink() {
        return "kamelet:virtnbd-kafka-sink?topic=" + QUEUE + "&brokers=" + brokers()
                + "&maxBlock=6000&requestTimeout=5000&deliveryTimeout=8000";
    }

    @Override
    String source(String topic) {
        return "kamelet:virtnbd-kafka-source?consumers=3&topic=" + topic + "&brokers=" + brokers();
    }

    @Override
    List<WireMessage> take(int count) {
        List<WireMessage> messages = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", brokers(),
                "group.id", "taker", "auto.offset.reset", "earliest"), new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(QUEUE));
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (messages.size() < count && System.nanoTime() < end) {
                consumer.poll(Duration.ofMillis(500)).forEach(message -> {
                    Map<String, String> headers = new TreeMap<>();
                    message.headers().forEach(h -> headers.put(h.key(), new String(h.value(), StandardCharsets.UTF_8)));
                    assertThat(message.key()).isEqualTo(headers.get("VirtNbdDomain") + "/" + headers.get("VirtNbdChain") + "/"
                            + headers.get("VirtNbdFileName"));
                    messages.add(new WireMessage(headers, message.value()));
                });
            }
        }
        assertThat(messages).hasSize(count);
        return messages;
    }

    @Override
    void put(String topic, List<WireMessage> messages) {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", brokers()),
                new StringSerializer(), new ByteArraySerializer())) {
            for (WireMessage message : messages) {
                // without a key each goes to any partition
                ProducerRecord<String, byte[]> kafkaRecord = new ProducerRecord<>(topic, message.body());
                message.headers().forEach((name, value) ->
                        kafkaRecord.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
                producer.send(kafkaRecord);
            }
        }
    }

    /** Whatever the error handler thinks of it, as often as that says and no more. */
    @Test
    void failsAtOnceWhereASegmentIsTooLarge() throws Exception {
        List<String> tries = new CopyOnWriteArrayList<>();
        backups.send(sink(), new Sending().redeliveries(2).before(exchange ->
                tries.add(exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class)))).receive(source(QUEUE));
        Made full = backups.backUp("full");
        tries.clear();
        backups.domain().guestWrite("vda", 0x5a, 0, 3 << 20);
        backups.segmentSize("2m");
        assertThat(backups.failToBackUp("inc")).hasRootCauseInstanceOf(RecordTooLargeException.class)
                .hasStackTraceContaining("larger than 1048576, which is the value of the max.request.size");
        assertThat(backups.sent()).isEmpty();
        assertThat(tries).containsExactly("vda.inc.virtnbd.1.00000.data");
        assertThat(backups.checkpoints()).containsExactly(full.checkpoint());
        backups.segmentSize("960k");
        backups.backUp("inc");
        backups.assertAllRestored();
        assertThat(backups.manifests()).hasSize(2);
    }
}
