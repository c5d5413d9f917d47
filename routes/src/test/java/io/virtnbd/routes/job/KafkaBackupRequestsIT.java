/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.virtnbd.routes.server.KafkaServer;
import io.virtnbd.testing.RequiresTools;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The requests over Kafka of the README. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class KafkaBackupRequestsIT extends JobTestSupport {

    private KafkaServer broker;
    private KafkaProducer<String, String> producer;
    private KafkaConsumer<String, String> consumer;
    private final List<ConsumerRecord<String, String>> pending = new ArrayList<>();

    @BeforeEach
    void startBroker() throws Exception {
        broker = new KafkaServer(directory);
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.brokers()), new StringSerializer(),
                new StringSerializer());
        consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", broker.brokers(), "group.id", "test",
                "auto.offset.reset", "earliest", "metadata.max.age.ms", "500"), new StringDeserializer(),
                new StringDeserializer());
        consumer.subscribe(List.of("backup-results", "backup-requests-dead"));
    }

    @AfterEach
    void stopBroker() {
        stopPrograms();
        producer.close(Duration.ZERO);
        consumer.close();
        broker.close();
    }

    private CamelContext start() throws Exception {
        return run(ReadmeExample.of("virtnbd-kafka-backup-requests").with("directory=/backups", "directory=" + backups)
                .with("kafka1:9092,kafka2:9092", broker.brokers()));
    }

    private void send(String body, Map<String, String> headers) throws Exception {
        ProducerRecord<String, String> record = new ProducerRecord<>("backup-requests", body);
        headers.forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        producer.send(record).get();
    }

    private ConsumerRecord<String, String> receive(String topic) {
        await(() -> {
            consumer.poll(Duration.ofMillis(200)).forEach(pending::add);
            return pending.stream().anyMatch(record -> record.topic().equals(topic));
        });
        ConsumerRecord<String, String> found = pending.stream().filter(record -> record.topic().equals(topic)).findFirst()
                .orElseThrow();
        pending.remove(found);
        return found;
    }

    @Test
    void requestsInHeadersAndInJsonAreAnsweredByKey() throws Exception {
        CamelContext camel = start();
        send(null, Map.of("domain", domain.name(), "CamelVirtNbdNbdUri", "nbd://127.0.0.1:1/x"));
        ConsumerRecord<String, String> first = receive("backup-results");
        send("{\"requestId\": \"r2\", \"domain\": \"" + domain.name() + "\"}", Map.of());
        ConsumerRecord<String, String> second = receive("backup-results");
        send("{\"requestId\": \"r2\", \"domain\": \"" + domain.name() + "\"}", Map.of());
        ConsumerRecord<String, String> third = receive("backup-results");

        // offsets alone come again when the topic is made anew
        assertThat(first.key()).matches("backup-requests-0-0-[0-9]{13}");
        assertThat(result(first.value()).path("status").asText()).as(first.value()).isEqualTo("completed");
        assertThat(second.key()).isEqualTo("r2");
        assertThat(result(second.value()).path("level").asText()).isEqualTo("inc");
        assertThat(result(third.value()).path("status").asText()).isEqualTo("duplicate");
        assertThat(manifests()).isEqualTo(2);
        assertRestores(camel, backups, "virtnbd.0");
    }

    @Test
    void aWrongRequestIsRejectedAndKeptAndDoesNotStopTheOthers() throws Exception {
        start();
        send("{\"domain\": 7}", Map.of());
        send("{\"domain\": \"" + domain.name() + "\"}", Map.of());

        JsonNode rejected = result(receive("backup-results").value());
        assertThat(rejected.path("status").asText()).isEqualTo("rejected");
        assertThat(rejected.path("error").asText()).contains("domain", "string", "7");
        ConsumerRecord<String, String> dead = receive("backup-requests-dead");
        assertThat(dead.value()).isEqualTo("{\"domain\": 7}");
        assertThat(new String(dead.headers().lastHeader("reason").value(), StandardCharsets.UTF_8)).contains("domain");
        assertThat(result(receive("backup-results").value()).path("status").asText()).isEqualTo("completed");
    }

    @Test
    void whatWasAnsweredIsCommitted() throws Exception {
        start();
        send("{\"domain\": \"" + domain.name() + "\"}", Map.of());
        receive("backup-results");
        stopPrograms();
        start();
        send("{\"requestId\": \"r2\", \"domain\": \"" + domain.name() + "\"}", Map.of());

        assertThat(receive("backup-results").key()).isEqualTo("r2");
        assertThat(manifests()).isEqualTo(2);
    }
}
