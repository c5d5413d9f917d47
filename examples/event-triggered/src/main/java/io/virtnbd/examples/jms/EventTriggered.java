/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.jms;

import io.virtnbd.examples.support.Example;
import io.virtnbd.examples.support.ExampleException;
import io.virtnbd.examples.support.OutputDirectory;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;

/** Backs up a disk when a JMS message asks for it. The route that does it is in {@code camel/requests.camel.yaml}. */
public final class EventTriggered {

    private static final String HELP = """
            Sends two requests to a JMS queue: one for a backup, which is made, and one that asks for what there is not.

            usage: run [options]  with a demo disk and a broker that the program brings
            """;

    private EventTriggered() {
    }

    public static void main(String[] args) {
        Example.main("event-triggered", HELP, List.of(), args, EventTriggered::run);
    }

    private static void run(Example example) throws Exception {
        OutputDirectory output = example.output();
        output.clear(output.backups());
        example.set("backup.directory", output.backups());
        example.serveDemoDisk();
        Broker.start(example);
        CamelContext context = example.start();
        String domain = context.resolvePropertyPlaceholders("{{backup.domain}}");

        ask(example, "{\"requestId\": \"first\", \"domain\": \"" + domain + "\"}", "completed");
        ask(example, "{\"requestId\": \"second\", \"domain\": \"" + domain + "\", \"level\": \"everything\"}", "rejected");
        Message dead = example.request("direct:dead-letter", request -> { }).getMessage();
        if (dead.getBody() == null) {
            throw new ExampleException("there is no dead letter");
        }
        example.tell("dead letter", dead.getBody(String.class));
        example.tell("", "because " + dead.getHeader("reason", String.class).replaceAll("\\s*\n\\s*", " "));

        example.out().println();
        output.print(example.out(), OutputDirectory.filesBelow(output.backups()));
    }

    private static void ask(Example example, String request, String expected) throws Exception {
        example.tell("request", request);
        Message reply = example.request("direct:ask", exchange -> exchange.getMessage().setBody(request)).getMessage();
        example.tell("reply", reply.getBody(String.class));
        if (!expected.equals(reply.getHeader("status"))) {
            throw new ExampleException("the request was " + reply.getHeader("status") + ", expected " + expected);
        }
    }
}
