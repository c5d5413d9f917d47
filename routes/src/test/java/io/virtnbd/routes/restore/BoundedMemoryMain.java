/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.apache.camel.main.Main;

/** Restores a chain by the routes in a file, in a Java process with little memory. */
final class BoundedMemoryMain {

    private BoundedMemoryMain() {
    }

    /** @param args file with routes, domain, chain */
    public static void main(String[] args) throws Exception {
        Main main = new Main();
        main.configure().withRoutesIncludePattern("classpath:camel/*,file:" + args[0]);
        main.start();
        try {
            Exchange done = main.getCamelContext().createProducerTemplate().request("direct:restore", exchange -> {
                exchange.getMessage().setHeader("domain", args[1]);
                exchange.getMessage().setHeader("chain", args[2]);
            });
            if (done.getException() != null) {
                throw done.getException();
            }
        } finally {
            main.stop();
        }
        System.out.println(Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM")).findFirst().orElseThrow());
    }
}
