/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.routes.server.ArtemisServer;
import jakarta.jms.JMSContext;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultExchangeHolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that is configured by properties alone, as the documentation shows it. */
class JmsConfigurationIT {

    @TempDir
    private Path directory;

    /** With a client that reads no serialized objects; what cannot be received so goes to the broker's dead letters. */
    @Test
    void takesThePoolThatPropertiesDescribe() throws Exception {
        BlockingQueue<Map<String, Object>> received = new LinkedBlockingQueue<>();
        try (ArtemisServer server = new ArtemisServer(directory)) {
            Main main = new Main();
            main.addInitialProperty("camel.beans.artemis",
                    "#class:org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory");
            main.addInitialProperty("camel.beans.artemis.brokerURL", server.url() + "&deserializationDenyList=*");
            main.addInitialProperty("camel.beans.pool",
                    "#class:org.springframework.jms.connection.CachingConnectionFactory");
            main.addInitialProperty("camel.beans.pool.targetConnectionFactory", "#bean:artemis");
            main.configure().addRoutesBuilder(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").to("kamelet:virtnbd-jms-sink?queue=backups&connectionFactory=#pool");
                    from("kamelet:virtnbd-jms-source?queue=backups&connectionFactory=#artemis")
                            .process(exchange -> received.add(Map.of("body", exchange.getMessage().getBody(String.class),
                                    "name", exchange.getMessage().getHeader(Exchange.FILE_NAME))));
                }
            });
            main.start();
            DefaultExchange exchange = new DefaultExchange(main.getCamelContext());
            exchange.getMessage().setBody(new byte[1]);
            try (JMSContext context = server.connectionFactory().createContext()) {
                context.createProducer().setProperty("VirtNbdDomain", "vm").setProperty("VirtNbdChain", "virtnbd.0")
                        .setProperty("VirtNbdFileName", "b.xml")
                        .send(context.createQueue("backups"), context.createObjectMessage(
                                DefaultExchangeHolder.marshal(exchange)));
                main.getCamelTemplate().sendBodyAndHeaders("direct:in", "content", Map.of(Exchange.FILE_NAME, "a.xml",
                        VirtNbdConstants.DOMAIN, "vm", VirtNbdConstants.CHAIN, "virtnbd.0"));
                assertThat(received.poll(60, TimeUnit.SECONDS)).isEqualTo(Map.of("body", "content", "name", "a.xml"));
                Queue dead = context.createQueue(ArtemisServer.DEAD_LETTERS + "::DLQ.backups");
                assertThat(context.createConsumer(dead).receive(60_000)).isInstanceOf(ObjectMessage.class);
                assertThat(received).isEmpty();
            } finally {
                main.stop();
            }
        }
    }
}
