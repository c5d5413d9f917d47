/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.RawFileExport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the documentation says of the sizes of segments and manifests holds, for the disk that it is worst for. */
class SegmentSizeTest {

    private static final int BLOCK = 4096;
    /** Kafka's default limit. */
    private static final int LIMIT = 1 << 20;
    /** More than a key, the headers and what Kafka adds have. */
    private static final int AROUND = 2048;

    @TempDir
    private Path directory;

    /** Data that nothing compresses, in the smallest extents that file systems and bitmaps have, as much as asked for. */
    private Path scattered(int blocks) throws IOException {
        Path file = directory.resolve("disk.raw");
        Random random = new Random(3);
        byte[] block = new byte[BLOCK];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < blocks; i++) {
                random.nextBytes(block);
                channel.write(ByteBuffer.wrap(block), 2L * BLOCK * i);
            }
        }
        return file;
    }

    /** Names and sizes of what a backup has. */
    private List<Artifact> backUp(Path disk, String options) throws Exception {
        List<Artifact> artifacts = new ArrayList<>();
        try (RawFileExport export = RawFileExport.readOnly(disk);
                NbdServer server = NbdServer.builder().export("", export).build().start();
                CamelContext camel = new DefaultCamelContext()) {
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:backup").to("virtnbd:backup:disk1?unit=segment&nbdUri=" + server.uri("") + options)
                            .split(body()).streaming().stopOnException().process(exchange -> artifacts.add(new Artifact(
                                    exchange.getMessage().getHeader(VirtNbdConstants.ARTIFACT, String.class),
                                    exchange.getMessage().getBody(byte[].class).length)));
                }
            });
            camel.start();
            Exchange done = camel.createProducerTemplate().send("direct:backup", exchange -> { });
            assertThat(done.getException()).isNull();
        }
        return artifacts;
    }

    private record Artifact(String kind, int bytes) {
    }

    @ParameterizedTest
    @CsvSource({"960k,none", "960k,lz4"})
    void segmentsFitInRecordsOfKafka(String segmentSize, String compression) throws Exception {
        List<Artifact> artifacts = backUp(scattered(1000), "&segmentSize=" + segmentSize + "&compression=" + compression);
        int largest = artifacts.stream().filter(artifact -> artifact.kind().equals("segment")).mapToInt(Artifact::bytes).max()
                .orElseThrow();
        System.out.println(segmentSize + " " + compression + ": " + largest + " bytes");
        assertThat(largest).isGreaterThan(LIMIT * 9 / 10).isLessThan(LIMIT - AROUND);
    }

    /** With names as long as those of increments of a domain, it is some 20 bytes more. */
    @Test
    void manifestsHaveSome200BytesForEachSegment() throws Exception {
        List<Artifact> artifacts = backUp(scattered(2000), "&segmentSize=64k");
        int segments = (int) artifacts.stream().filter(artifact -> artifact.kind().equals("segment")).count();
        int manifest = artifacts.get(artifacts.size() - 1).bytes();
        System.out.println("manifest: " + manifest + " bytes for " + segments + " segments");
        assertThat(manifest / segments).isBetween(180, 230);
    }
}
