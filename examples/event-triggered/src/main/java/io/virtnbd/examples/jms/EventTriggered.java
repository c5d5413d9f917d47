/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.jms;

import io.virtnbd.examples.support.Example;
import java.util.List;

public final class EventTriggered {

    private static final String HELP = """
            TODO

            usage: run [options]
            """;

    private EventTriggered() {
    }

    public static void main(String[] args) {
        Example.main("event-triggered", HELP, List.of(), args, EventTriggered::run);
    }

    private static void run(Example example) throws Exception {
        example.serveDemoDisk();
        example.start();
    }
}
