/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.jms.connection.CachingConnectionFactory;

/** Sends the backup of an export to a broker, or receives it, and prints the most memory that was resident. */
final class BrokerMemoryMain {

    private BrokerMemoryMain() {
    }

    /**
     * @param args URL of a JMS broker, which is not used with Kafka; URI of the Kamelet; then, to send, URI of the export and
     *             options of the backup, or, to receive, a directory
     */
    public static void main(String[] args) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("broker", new CachingConnectionFactory(new ActiveMQConnectionFactory(args[0])));
            if (args.length == 4) {
                send(camel, args[1], args[2], args[3]);
            } else {
                receive(camel, args[1], Path.of(args[2]));
            }
        }
        System.out.println(Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM")).findFirst().orElseThrow());
        System.exit(0); // whatever threads of the broker's client are left
    }

    private static void send(DefaultCamelContext camel, String sink, String export, String options) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:backup").to("virtnbd:backup:disk1?unit=segment&nbdUri=" + export + options)
                        .split(body()).streaming().stopOnException().to(sink);
            }
        });
        camel.start();
        Exchange done = camel.createProducerTemplate().send("direct:backup", exchange -> { });
        if (done.getException() != null) {
            throw done.getException();
        }
    }

    /** Until the manifest is there, which is sent last and received last where there is one consumer. */
    private static void receive(DefaultCamelContext camel, String source, Path directory) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(source).to(ReceivedBackups.store(directory));
            }
        });
        camel.start();
        while (ReceivedBackups.find(directory, "disk1.virtnbd.0.json").isEmpty()) {
            Thread.sleep(100);
        }
    }
}
