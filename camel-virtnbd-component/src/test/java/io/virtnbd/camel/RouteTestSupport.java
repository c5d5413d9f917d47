/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.engine.ServedDisk;
import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.builder.LambdaRouteBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.MapAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A Camel context, an export with a small disk, and a directory. */
public abstract class RouteTestSupport extends CamelTestSupport {

    protected static final int DISK_SIZE = 3 << 20;

    @TempDir
    protected Path directory;
    protected ServedDisk disk;

    @BeforeEach
    protected void serveDisk() throws IOException {
        disk = new ServedDisk(DISK_SIZE);
        disk.fill(new Random(7), 12, 200_000);
    }

    @AfterEach
    protected void closeDisk() throws IOException {
        disk.close();
    }

    /** The component's URI for the export, as users write it. */
    protected String backup(String options) {
        return "virtnbd:backup:web1?nbdUri=" + disk.uri() + (options.isEmpty() ? "" : "&" + options);
    }

    protected void routes(LambdaRouteBuilder routes) throws Exception {
        RouteBuilder.addRoutes(context(), builder -> {
            builder.errorHandler(builder.defaultErrorHandler().loggingLevel(LoggingLevel.OFF));
            routes.accept(builder);
        });
    }

    /** Sends a message to direct:start and returns the exchange, failed or not. */
    protected Exchange send() {
        return template().send("direct:start", exchange -> { });
    }

    /** The body, which is a report. */
    protected static MapAssert<String, Object> assertReport(Exchange exchange) {
        return assertThat(exchange.getMessage().getBody())
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class));
    }

    /** The disk's content after streams, in order, were applied to zeroes. */
    protected static byte[] applied(List<byte[]> streams) throws IOException {
        byte[] content = new byte[DISK_SIZE];
        for (byte[] stream : streams) {
            try (SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(stream))) {
                for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
                    if (frame instanceof DataFrame) {
                        ByteBuffer target = ByteBuffer.wrap(content, (int) frame.start(), (int) frame.length());
                        while (target.hasRemaining()) {
                            reader.readPayload(target);
                        }
                    } else {
                        Arrays.fill(content, (int) frame.start(), (int) frame.end(), (byte) 0);
                    }
                }
            }
        }
        return content;
    }

    /** The files in the directory, by name. */
    protected TreeMap<String, byte[]> files() throws IOException {
        TreeMap<String, byte[]> files = new TreeMap<>();
        try (var paths = Files.newDirectoryStream(directory)) {
            for (Path path : paths) {
                if (Files.isRegularFile(path)) {
                    files.put(path.getFileName().toString(), Files.readAllBytes(path));
                }
            }
        }
        return files;
    }
}
