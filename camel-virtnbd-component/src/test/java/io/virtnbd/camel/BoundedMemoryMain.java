/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.header.VirtNbdConstants;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Backs up an export to a directory through a route, in a Java process with little memory. The sink breaks off twice midway in
 * the first message and in the message after 100 others.
 */
final class BoundedMemoryMain {

    private BoundedMemoryMain() {
    }

    /** @param args URI of the export, directory, unit, compression; for deliveries side by side also maxInflightSize */
    public static void main(String[] args) throws Exception {
        boolean frames = args[2].equals("frame");
        boolean compressFrames = frames && args[3].equals("lz4");
        boolean parallel = args.length > 4;
        String sink = "file:" + args[1] + (frames ? "?fileName=frame-${exchangeProperty.CamelSplitIndex}" : "");
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    errorHandler(defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
                    from("direct:start")
                            .to("virtnbd:backup?nbdUri=" + args[0] + "&unit=" + args[2]
                                    + (frames ? "" : "&compression=" + args[3])
                                    + (parallel ? "&maxInflightSize=" + args[4] : ""))
                            .split(body()).streaming().stopOnException().parallelProcessing(parallel)
                            // reads slower than all is read and compressed
                            .delay(parallel ? 100 : 0)
                            .choice().when(exchange -> compressFrames).marshal().custom("lz4").end()
                            .process(new BrokenSink())
                            .to(sink);
                }
            });
            context.start();
            Exchange exchange = context.createProducerTemplate().send("direct:start", message -> { });
            if (exchange.getException() != null) {
                throw exchange.getException();
            }
        }
        System.out.println(Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM")).findFirst().orElseThrow());
    }

    /** Reads a part and fails, twice. */
    private static final class BrokenSink implements Processor {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public void process(Exchange exchange) throws IOException {
            int call = calls.getAndIncrement();
            if (call < 2 || call == 102 || call == 103) {
                long length = exchange.getMessage().getHeader(VirtNbdConstants.CONTENT_LENGTH, 400_000_000L, Long.class);
                try (InputStream stream = exchange.getMessage().getBody(InputStream.class)) {
                    stream.skipNBytes(Math.min(200_000_000, length / 2));
                }
                throw new IOException("the sink broke off");
            }
        }
    }
}
