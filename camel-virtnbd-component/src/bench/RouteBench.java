/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * The routes that {@code bench.py} measures: {@code backup NBD-URI DIRECTORY|null COMPRESSION CHECKSUM TIMES}, {@code restore
 * DIRECTORY IMAGE FORMAT TIMES}, {@code increment DOMAIN DIRECTORY LEVEL TIMES} and {@code serve DIRECTORY SOCKET 1}, which goes on
 * until its input ends. Prints the seconds of each exchange.
 */
public final class RouteBench {

    private RouteBench() {
    }

    public static void main(String[] args) throws Exception {
        int times = Integer.parseInt(args[args.length - 1]);
        try (CamelContext camel = new DefaultCamelContext()) {
            camel.addRoutes(switch (args[0]) {
                case "backup" -> backup(args[1], args[2], args[3], args[4]);
                case "restore" -> restore(args[2], args[3]);
                case "serve" -> serve(args[1], args[2]);
                case "increment" -> increment(args[1], args[2], args[3]);
                default -> throw new IllegalArgumentException(args[0]);
            });
            camel.start();
            ProducerTemplate template = camel.createProducerTemplate();
            for (int i = 0; i < times; i++) {
                switch (args[0]) {
                    case "backup" -> Files.deleteIfExists(Path.of(args[2], "vda.copy.data"));
                    case "restore" -> Files.deleteIfExists(Path.of(args[2]));
                    default -> { }
                }
                long start = System.nanoTime();
                template.sendBody("direct:start", args[0].equals("restore") ? new File(args[1]) : null);
                System.out.printf(Locale.ROOT, "exchange %.3f%n", (System.nanoTime() - start) / 1e9);
            }
            if (args[0].equals("serve")) {
                System.out.println("serving");
                System.in.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private static RouteBuilder serve(String directory, String socket) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:start").toF("virtnbd:serve:bench?directory=%s&socket=%s", directory, socket);
            }
        };
    }

    private static RouteBuilder increment(String domain, String directory, String level) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:start").toF("virtnbd:backup:%s?level=%s", domain, level)
                        .split(body()).streaming().stopOnException()
                        .to("file:" + directory + "?fileName=${header.CamelVirtNbdChain}/${file:name}&tempPrefix=.incomplete-"
                                + "&eagerDeleteTargetFile=false");
            }
        };
    }

    private static RouteBuilder backup(String uri, String directory, String compression, String checksum) {
        boolean nowhere = directory.equals("null");
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:start")
                        .toF("virtnbd:backup:bench?nbdUri=RAW(%s)&compression=%s&checksum=%s", uri, compression, checksum)
                        .split(body()).streaming().stopOnException()
                        .choice().when(part -> nowhere)
                            .process(part -> part.getMessage().getBody(InputStream.class).transferTo(OutputStream.nullOutputStream()))
                        .otherwise()
                            .to("file:" + directory + "?tempPrefix=.incomplete-&eagerDeleteTargetFile=false")
                        .end();
            }
        };
    }

    private static RouteBuilder restore(String image, String format) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:start").toF("virtnbd:restore?image=%s&format=%s&overwrite=true", image, format);
            }
        };
    }
}
