/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.SshServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The servers that other tests use work, directly and through the proxy. */
class ServersIT {

    @TempDir
    Path directory;

    @Test
    void keepsS3ObjectsAsFiles() throws Exception {
        try (S3Server server = new S3Server(directory.resolve("s3")); FaultyProxy proxy = new FaultyProxy(server.port());
                CamelContext camel = new DefaultCamelContext()) {
            Path bucket = server.bucket("backups");
            camel.start();
            String options = S3Server.options(URI.create("http://127.0.0.1:" + proxy.port())).entrySet().stream()
                    .map(option -> option.getKey() + "=" + option.getValue()).collect(Collectors.joining("&"));
            proxy.answer(503, 1);
            camel.createProducerTemplate().sendBodyAndHeader("aws2-s3:backups?" + options, "content", "CamelAwsS3Key", "vm1/a.txt");
            assertThat(bucket.resolve("vm1/a.txt")).hasContent("content");
            assertThat(proxy.faults()).isOne();
        }
    }

    @Test
    void keepsKafkaRecordsOverAStop() throws Exception {
        try (KafkaServer server = new KafkaServer(directory); CamelContext camel = new DefaultCamelContext()) {
            camel.start();
            camel.createProducerTemplate().sendBody("kafka:t?brokers=" + server.brokers(), "first");
            server.stop();
            server.start();
            String options = "?brokers=" + server.brokers() + "&autoOffsetReset=earliest&groupId=g";
            assertThat(camel.createConsumerTemplate().receiveBody("kafka:t" + options, 30_000, String.class)).isEqualTo("first");
        }
    }

    @Test
    void keepsJmsMessagesOverAStop() throws Exception {
        try (ArtemisServer server = new ArtemisServer(directory); CamelContext camel = new DefaultCamelContext()) {
            camel.addComponent("jms", JmsComponent.jmsComponent(server.connectionFactory()));
            camel.start();
            camel.createProducerTemplate().sendBody("jms:queue:q", "first");
            server.stop();
            server.start();
            assertThat(camel.createConsumerTemplate().receiveBody("jms:queue:q", 30_000, String.class)).isEqualTo("first");
        }
    }

    @Test
    void cutsJmsConnections() throws Exception {
        try (ArtemisServer server = new ArtemisServer(directory); FaultyProxy proxy = new FaultyProxy(server.port());
                CamelContext camel = new DefaultCamelContext()) {
            camel.addComponent("jms", JmsComponent.jmsComponent(new ActiveMQConnectionFactory(ArtemisServer.url(proxy.port()))));
            camel.start();
            proxy.refuse();
            assertThat(camel.createProducerTemplate().send("jms:queue:q", exchange -> exchange.getMessage().setBody("x"))
                    .getException()).isNotNull();
            proxy.heal();
            camel.createProducerTemplate().sendBody("jms:queue:q", "second");
            assertThat(camel.createConsumerTemplate().receiveBody("jms:queue:q", 30_000, String.class)).isEqualTo("second");
        }
    }

    @Test
    @RequiresTools({"sshd", "ssh-keygen"})
    void takesFilesBySftp() throws Exception {
        try (SshServer server = new SshServer(directory); CamelContext camel = new DefaultCamelContext()) {
            camel.start();
            String uri = "sftp://root@127.0.0.1:" + server.port() + "/in?privateKeyFile=" + server.key()
                    + "&knownHostsFile=" + server.knownHosts() + "&strictHostKeyChecking=yes&useUserKnownHostsFile=false"
                    + "&fileName=a.txt";
            camel.createProducerTemplate().sendBody(uri, "content");
            assertThat(Files.readString(directory.resolve("in/a.txt"))).isEqualTo("content");
        }
    }
}
