/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.Main;

/**
 * Runs routes in YAML, as {@code camel-main} does, and sends empty messages to one of their endpoints: {@code FILE ENDPOINT
 * TIMES}. Prints {@code exchange SECONDS} for each, and at the end {@code peak KIBIBYTES}, the most memory that was resident.
 * Ends with 1 where an exchange has failed.
 */
public final class RouteMain {

    private RouteMain() {
    }

    public static void main(String[] args) throws Exception {
        Main main = new Main();
        main.configure().withRoutesIncludePattern("file:" + args[0]).withDurationMaxSeconds(-1);
        main.start();
        boolean failed = false;
        try {
            ProducerTemplate template = main.getCamelContext().createProducerTemplate();
            for (int i = 0; i < Integer.parseInt(args[2]) && !failed; i++) {
                long start = System.nanoTime();
                Exchange exchange = template.request(args[1], message -> { });
                System.out.printf(Locale.ROOT, "exchange %.3f%n", (System.nanoTime() - start) / 1e9);
                failed = exchange.getException() != null;
                if (failed) {
                    exchange.getException().printStackTrace(System.out);
                }
            }
        } finally {
            main.stop();
        }
        System.out.println("peak " + peak());
        System.exit(failed ? 1 : 0);
    }

    /** Most memory of this process that was resident, in KiB. */
    private static long peak() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }
}
