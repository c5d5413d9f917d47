/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A backup that a route has put into a directory is restored by the reference and by the component. */
@RequiresTools({"qemu-img", "qemu-io", "qemu-nbd", "virtnbdrestore"})
class BackupRestoreIT extends CamelTestSupport {

    @TempDir
    Path directory;
    private Path source;

    /** Data in many places, data that was zeroed, data that was discarded, and holes. */
    @BeforeEach
    void makeImage() throws IOException {
        source = directory.resolve("source.qcow2");
        Tool.run("qemu-img", "create", "-q", "-f", "qcow2", source.toString(), "96M");
        Path noise = directory.resolve("noise");
        byte[] bytes = new byte[5 << 20];
        new Random(5).nextBytes(bytes);
        Files.write(noise, bytes);
        Tool.run("qemu-io", "-d", "unmap", "-c", "write -P 0xab 0 8M", "-c", "write -s " + noise + " 17M 5M", "-c",
                "write -P 0x11 40M 3k",
                "-c", "write -P 0x22 41000000 512", "-c", "write -z 2M 1M", "-c", "write -z -u 4M 64k", "-c", "discard 6M 1M",
                "-c", "write -P 0 50M 3M", "-c", "write -P 0xff 95M 1M", source.toString());
    }

    private Path backUp(QemuNbd server, String options) throws Exception {
        Path set = directory.resolve("set");
        context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:backup").to("virtnbd:backup:web1?nbdUri=" + server.uri() + options)
                        .split(body()).streaming().stopOnException()
                        .to("file:" + set + "?tempFileName=${file:name}.part&eagerDeleteTargetFile=false");
            }
        });
        assertThat(template().send("direct:backup", exchange -> { }).getException()).isNull();
        return set;
    }

    @ParameterizedTest
    @CsvSource({"disk,none,16m", "disk,lz4,16m", "segment,none,2m", "segment,lz4,2m", "segment,lz4,16m"})
    void theReferenceAndTheComponentRestoreTheIdenticalDisk(String unit, String compression, String segmentSize)
            throws Exception {
        Path set;
        try (QemuNbd server = QemuNbd.serve(source, "qcow2")) {
            set = backUp(server, "&unit=" + unit + "&compression=" + compression + "&segmentSize=" + segmentSize);
        }

        Path reference = directory.resolve("reference");
        String log = Tool.run("virtnbdrestore", "-U", "test:///default", "-n", "-i", set.toString(), "-o", reference.toString(),
                "-d", "vda", "-f", directory.resolve("socket").toString(), "-L", directory.resolve("log").toString());
        Tool.run("qemu-img", "compare", source.toString(), image(reference, log).toString());

        Path image = directory.resolve("restored.qcow2");
        Exchange restored = template().send("virtnbd:restore?image=" + image,
                exchange -> exchange.getMessage().setBody(set.toFile()));
        assertThat(restored.getException()).isNull();
        Tool.run("qemu-img", "compare", source.toString(), image.toString());

        Exchange verified = template().send("virtnbd:verify", exchange -> exchange.getMessage().setBody(set.toFile()));
        assertThat(verified.getException()).isNull();
    }

    private static Path image(Path directory, String log) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("vda.")).findFirst()
                    .orElseThrow(() -> new AssertionError(log));
        }
    }
}
