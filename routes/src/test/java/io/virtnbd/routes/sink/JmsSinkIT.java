/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.ArtemisServer;
import io.virtnbd.routes.server.FaultyProxy;
import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultExchangeHolder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jms.connection.CachingConnectionFactory;

/** Backups of a domain through a JMS queue into a directory. */
class JmsSinkIT extends BrokerCases {

    private ArtemisServer server;

    @Override
    void createBroker() throws Exception {
        server = new ArtemisServer(directory);
        proxy = new FaultyProxy(server.port());
    }

    @Override
    void startBroker() throws Exception {
        server.start();
    }

    @Override
    void stopBroker() throws Exception {
        server.stop();
    }

    private ConnectionFactory connectionFactory() {
        return new ActiveMQConnectionFactory(ArtemisServer.url(proxy.port()));
    }

    /** There are two beans, of which one is named. */
    @Override
    String sink() {
        backups.sender().getRegistry().bind("broker", connectionFactory());
        backups.sender().getRegistry().bind("cached", new CachingConnectionFactory(connectionFactory()));
        return "kamelet:virtnbd-jms-sink?connectionFactory=#cached&queue=" + QUEUE;
    }

    /** There is one bean, which the component finds. */
    @Override
    String source(String queue) {
        backups.receiver().getRegistry().bind("broker", connectionFactory());
        return "kamelet:virtnbd-jms-source?consumers=3&queue=" + queue;
    }

    @Override
    List<WireMessage> take(int count) throws Exception {
        List<WireMessage> messages = new ArrayList<>();
        try (JMSContext context = server.connectionFactory().createContext();
                var consumer = context.createConsumer(context.createQueue(QUEUE))) {
            while (messages.size() < count) {
                BytesMessage message = (BytesMessage) consumer.receive(30_000);
                assertThat(message).as("message " + messages.size() + " of " + count).isNotNull();
                assertThat(message.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
                assertThat(message.getJMSReplyTo()).isNull();
                Map<String, String> headers = new TreeMap<>();
                for (Object name : Collections.list((java.util.Enumeration<?>) message.getPropertyNames())) {
                    if (!name.toString().startsWith("JMSX") && !name.toString().startsWith("_AMQ")) {
                        headers.put(name.toString(), message.getStringProperty(name.toString()));
                    }
                }
                byte[] body = new byte[(int) message.getBodyLength()];
                message.readBytes(body);
                messages.add(new WireMessage(headers, body));
            }
        }
        return messages;
    }

    @Override
    void put(String queue, List<WireMessage> messages) throws Exception {
        try (JMSContext context = server.connectionFactory().createContext()) {
            for (WireMessage message : messages) {
                BytesMessage jms = context.createBytesMessage();
                jms.writeBytes(message.body());
                for (Map.Entry<String, String> header : message.headers().entrySet()) {
                    jms.setStringProperty(header.getKey(), header.getValue());
                }
                context.createProducer().send(context.createQueue(queue), jms);
            }
        }
    }

    /** Camel takes such a message apart, headers and all, whatever its filter says of headers. */
    @Test
    void dropsWhatASerializedExchangeHasInIt() throws Exception {
        List<String> delivered = new CopyOnWriteArrayList<>();
        backups.receive(source(QUEUE), exchange -> exchange.getMessage().getHeaders().forEach((name, value) ->
                delivered.add(name + "=" + value)));
        DefaultExchange exchange = new DefaultExchange(backups.receiver());
        exchange.getMessage().setBody(new byte[] {1});
        exchange.getMessage().setHeader("CamelOverruleFileName", "../../a");
        exchange.getMessage().setHeader("VirtNbdDomain", "vm");
        exchange.getMessage().setHeader("VirtNbdChain", "c.0");
        exchange.getMessage().setHeader("VirtNbdFileName", "b");
        try (JMSContext context = server.connectionFactory().createContext()) {
            context.createProducer().send(context.createQueue(QUEUE), context.createObjectMessage(
                    DefaultExchangeHolder.marshal(exchange, true, true)));
        }
        put(QUEUE, List.of(WireMessage.named("vm", "c.0", "last")));
        Path set = backups.received().resolve("vm/c.0");
        Awaitility.await().until(() -> Files.exists(set.resolve("last")));
        assertThat(backups.received().resolve("a")).doesNotExist();
        assertThat(delivered).contains("CamelFileName=last").noneMatch(header -> header.startsWith("CamelOverruleFileName"));
    }
}
