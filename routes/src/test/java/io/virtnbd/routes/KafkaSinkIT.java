/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.ReceivedBackups.Made;
import io.virtnbd.routes.ReceivedBackups.Sending;
import io.virtnbd.routes.server.KafkaServer;
import io.virtnbd.testing.RequiresTools;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a domain through a Kafka topic into a directory. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class KafkaSinkIT {

    @TempDir
    private Path directory;
    private KafkaServer server;
    private ReceivedBackups backups;

    @BeforeEach
    void start() throws Exception {
        server = new KafkaServer(directory);
        backups = new ReceivedBackups(directory);
    }

    @AfterEach
    void stop() {
        backups.close();
        server.close();
    }

    private String sink(String options) {
        return "kamelet:virtnbd-kafka-sink?topic=backups&brokers=" + server.brokers() + options;
    }

    private String source(String options) {
        return "kamelet:virtnbd-kafka-source?topic=backups&brokers=" + server.brokers() + options;
    }

    @Test
    void restoresWhatWentThroughTheTopic() throws Exception {
        backups.send(sink(""), new Sending()).receive(source(""));
        Made full = backups.backUp("full");
        Made increment = backups.backUp("inc");
        assertThat(increment.chain()).isEqualTo(full.checkpoint());
        backups.assertAllRestored();
    }
}
