/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.scaleout;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.KafkaServer;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.ConsumerGroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Workers that are one group of consumers. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class KafkaScaleOutIT extends ScaleOutTestSupport {

    private static final String REQUESTS = "backup-requests";
    private static final TopicPartition REPLIES = new TopicPartition("backup-replies", 0);
    private static final String GROUP = "workers";
    private static final int PARTITIONS = 6;

    private KafkaServer broker;
    private Admin admin;
    private KafkaProducer<String, String> producer;
    private KafkaConsumer<String, String> consumer;

    @Override
    void startBroker() throws Exception {
        broker = new KafkaServer(directory);
        Map<String, Object> client = Map.of("bootstrap.servers", broker.brokers());
        admin = Admin.create(client);
        admin.createTopics(List.of(new NewTopic(REQUESTS, PARTITIONS, (short) 1),
                new NewTopic(REPLIES.topic(), 1, (short) 1))).all().get();
        producer = new KafkaProducer<>(client, new StringSerializer(), new StringSerializer());
        consumer = new KafkaConsumer<>(client, new StringDeserializer(), new StringDeserializer());
        consumer.assign(List.of(REPLIES));
        consumer.seekToBeginning(List.of(REPLIES));
    }

    @Override
    void stopBroker() {
        consumer.close();
        producer.close();
        admin.close();
        broker.close();
    }

    /** One whose requests have a partition to themselves. */
    @Override
    String domainName(int index) {
        String name = TestDomain.uniqueName();
        while (BuiltInPartitioner.partitionForKey(name.getBytes(StandardCharsets.UTF_8), PARTITIONS) != index) {
            name = TestDomain.uniqueName();
        }
        return name;
    }

    @Override
    String yaml() {
        return """
                - templatedRoute:
                    routeTemplateRef: virtnbd-kafka-backup-requests
                    parameters:
                      - name: brokers
                        value: "{{kafka.brokers}}"
                      - name: topic
                        value: backup-requests
                      - name: replyTopic
                        value: backup-replies
                      - name: groupId
                        value: workers
                      - name: sessionTimeout
                        value: 6000
                      - name: sink
                        value: kamelet:virtnbd-file-sink?directory={{backups}}
                """;
    }

    @Override
    Map<String, String> properties() {
        return Map.of("kafka.brokers", broker.brokers());
    }

    @Override
    void awaitWorkers(int count) {
        Awaitility.await().until(() -> {
            var group = admin.describeConsumerGroups(List.of(GROUP)).all().get().get(GROUP);
            return group.members().size() == count && group.state() == ConsumerGroupState.STABLE;
        });
    }

    @Override
    void send(String domain, String json) throws Exception {
        producer.send(new ProducerRecord<>(REQUESTS, domain, json)).get();
    }

    @Override
    Collection<Reply> receive() {
        long end = consumer.endOffsets(List.of(REPLIES)).get(REPLIES);
        List<Reply> received = new ArrayList<>();
        while (consumer.position(REPLIES) < end) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                Reply reply = Reply.parse(record.value());
                assertThat(record.key()).isEqualTo(reply.request());
                received.add(reply);
            }
        }
        return received;
    }

    @Override
    void assertNoRequestIsLeft() throws Exception {
        Map<TopicPartition, Long> ends = consumer.endOffsets(IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(REQUESTS, partition)).toList());
        Map<TopicPartition, Long> done = new HashMap<>();
        admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get()
                .forEach((partition, offset) -> done.put(partition, offset.offset()));
        assertThat(done).isEqualTo(ends);
    }

    @Test
    void answersEachRequestThoughWorkersAreKilled() throws Exception {
        Map<String, List<Reply>> answers = backUpAll(1, 2, 17);

        assertNoRequestIsLeft();
        assertWhole(answers);
    }
}
