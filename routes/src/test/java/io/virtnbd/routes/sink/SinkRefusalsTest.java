/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What sinks refuse before anything is sent. */
class SinkRefusalsTest {

    @TempDir
    private Path directory;

    /** All frames of a stream have one name: the last would be what is kept, and the backup would count. */
    @ParameterizedTest
    @ValueSource(strings = {
            "virtnbd-file-sink?directory=%1$s/backups&fileExist=Override",
            "virtnbd-sftp-sink?host=127.0.0.1&port=1&username=u&directory=d&knownHostsFile=%1$s/none&fileExist=Override",
            "virtnbd-kafka-sink?brokers=127.0.0.1:1&topic=t&maxBlock=1000",
            "virtnbd-jms-sink?queue=q"})
    void aFrameIsRefused(String sink) throws Exception {
        Exchange refused = send(sink.formatted(directory), "frame");

        assertThat(refused.getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(sink.substring(0, sink.indexOf('?')), "a frame of vda.full.data", "vm1",
                        "unit=segment");
        assertThat(directory.resolve("backups").resolve("vm1")).doesNotExist();
    }

    /** It would be read into memory, of whatever size. */
    @ParameterizedTest
    @ValueSource(strings = {"virtnbd-kafka-sink?brokers=127.0.0.1:1&topic=t&maxBlock=1000", "virtnbd-jms-sink?queue=q"})
    void brokersTakeNoWholeDisks(String sink) throws Exception {
        Exchange refused = send(sink, "disk");

        assertThat(refused.getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(sink.substring(0, sink.indexOf('?')), "a disk of vm1, vda.full.data", "unit=segment");
    }

    private static Exchange send(String sink, String artifact) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("connectionFactory", new ActiveMQConnectionFactory("tcp://127.0.0.1:1"));
            camel.start();
            return camel.createProducerTemplate().send("kamelet:" + sink, exchange -> {
                exchange.getMessage().setHeaders(new HashMap<>(Map.of(VirtNbdConstants.DOMAIN, "vm1", VirtNbdConstants.CHAIN,
                        "virtnbd.0", VirtNbdConstants.FILE_NAME, "vda.full.data", VirtNbdConstants.ARTIFACT, artifact,
                        VirtNbdConstants.CONTENT_LENGTH, 3L)));
                exchange.getMessage().setBody(new byte[3]);
            });
        }
    }
}
