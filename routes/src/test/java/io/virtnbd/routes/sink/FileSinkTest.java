/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file sink, with bodies that come slowly. */
@Timeout(120)
class FileSinkTest {

    private static final String HALF = "0123456789".repeat(100_000);

    @TempDir
    private Path directory;

    /** As two programs may that receive from a queue, when a message was delivered twice. */
    @Test
    void givesNoHalfWrittenFileItsNameWhenTwoWriteItAtOnce() throws Exception {
        Path file = directory.resolve("vm1/virtnbd.0/vda.full.data");
        try (CamelContext one = started(); CamelContext other = started(); PipedOutputStream first = new PipedOutputStream();
                PipedOutputStream second = new PipedOutputStream()) {
            CompletableFuture<?> firstDone = store(one, new PipedInputStream(first, 4 * HALF.length()));
            write(first);
            awaitHalves(1);
            CompletableFuture<?> secondDone = store(other, new PipedInputStream(second, 4 * HALF.length()));
            write(second);
            awaitHalves(2);

            write(first);
            first.close();
            firstDone.get(60, TimeUnit.SECONDS);
            assertThat(file).hasContent(HALF + HALF);

            write(second);
            second.close();
            secondDone.get(60, TimeUnit.SECONDS);
            assertThat(file).hasContent(HALF + HALF);
            assertThat(files()).containsExactly(file);
        }
    }

    /** Without stream caching, which would read a body to its end before. */
    private static CamelContext started() {
        CamelContext camel = new DefaultCamelContext();
        camel.setStreamCaching(false);
        camel.start();
        return camel;
    }

    private CompletableFuture<?> store(CamelContext camel, InputStream body) {
        return camel.createProducerTemplate().asyncRequestBodyAndHeaders(
                "kamelet:virtnbd-file-sink?fileExist=Override&directory=" + directory, body, Map.of(VirtNbdConstants.DOMAIN, "vm1",
                        VirtNbdConstants.CHAIN, "virtnbd.0", VirtNbdConstants.FILE_NAME, "vda.full.data"));
    }

    private static void write(PipedOutputStream target) throws Exception {
        target.write(HALF.getBytes(StandardCharsets.US_ASCII));
        target.flush();
    }

    private void awaitHalves(int count) {
        Awaitility.await().until(() -> {
            long halves = 0;
            for (Path path : files()) {
                halves += Files.size(path) > HALF.length() / 2 ? 1 : 0;
            }
            return halves == count;
        });
    }

    private Iterable<Path> files() throws Exception {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
