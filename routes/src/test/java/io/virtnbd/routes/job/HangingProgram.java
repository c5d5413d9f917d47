/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;

/** A program that goes no further than {@code direct:hanging}, where it makes a file and waits to be killed. */
final class HangingProgram {

    private HangingProgram() {
    }

    /** @param args the YAML of its jobs, the broker's URL, and the file to make */
    public static void main(String[] args) throws Exception {
        Main main = new Main();
        main.configure().withRoutesIncludePattern("classpath:camel/*,file:" + args[0]);
        main.bind("connectionFactory", new ActiveMQConnectionFactory(args[1]));
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:hanging").process(exchange -> {
                    Files.createFile(Path.of(args[2]));
                    new CountDownLatch(1).await();
                });
            }
        });
        main.run();
    }
}
