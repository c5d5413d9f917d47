/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.Manifest;
import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.RawFileExport;
import io.virtnbd.routes.server.ArtemisServer;
import io.virtnbd.routes.server.KafkaServer;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs with a heap of 64 MiB send and receive a disk with 256 MiB of data; the brokers are in this process. */
class BrokerMemoryIT {

    private static final int PIECE = 1 << 20;
    private static final int PIECES = 256;
    private static final int RESIDENT_LIMIT_MIB = 320;
    private static final Pattern RESIDENT = Pattern.compile("VmHWM:\\s+([0-9]+) kB");

    @TempDir
    private Path directory;
    private Path source;

    @BeforeEach
    void makeDisk() throws IOException {
        source = directory.resolve("source.raw");
        Random random = new Random(7);
        byte[] piece = new byte[PIECE];
        try (FileChannel channel = FileChannel.open(source, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < PIECES; i++) {
                random.nextBytes(piece);
                channel.write(ByteBuffer.wrap(piece), (i + i / 50) * (long) PIECE);
            }
        }
    }

    @Test
    void goesThroughKafka() throws Exception {
        try (KafkaServer server = new KafkaServer(directory)) {
            String options = "?topic=backups&brokers=" + server.brokers();
            sendAndReceive("tcp://unused", "virtnbd-kafka-sink" + options, "virtnbd-kafka-source" + options, "960k");
        }
    }

    @Test
    void goesThroughJms() throws Exception {
        try (ArtemisServer server = new ArtemisServer(directory)) {
            sendAndReceive(server.url(), "virtnbd-jms-sink?queue=backups", "virtnbd-jms-source?queue=backups", "4m");
        }
    }

    private void sendAndReceive(String jms, String sink, String receiver, String segmentSize) throws Exception {
        try (RawFileExport disk = RawFileExport.readOnly(source);
                NbdServer server = NbdServer.builder().export("", disk).build().start()) {
            run("send", jms, "kamelet:" + sink, server.uri("").toString(), "&segmentSize=" + segmentSize);
        }
        Path received = directory.resolve("received");
        run("receive", jms, "kamelet:" + receiver, received.toString());
        Path file = ReceivedBackups.find(received, "disk1.virtnbd.0.json").orElseThrow();
        Path set = file.getParent();
        Manifest manifest = Manifest.read(file);
        manifest.verify(set, true);
        assertThat(manifest.artifacts()).hasSizeGreaterThan(PIECES / 4);
        Path image = directory.resolve("restored.raw");
        try (CamelContext camel = new DefaultCamelContext()) {
            camel.start();
            camel.createProducerTemplate().requestBody("virtnbd:restore?image=" + image, set.toFile());
        }
        assertThat(Files.mismatch(source, image)).isEqualTo(-1);
    }

    private static void run(String what, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:+ExitOnOutOfMemoryError",
                "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BrokerMemoryMain.class.getName()));
        command.addAll(List.of(arguments));
        String output = Tool.run(command.toArray(String[]::new));
        Matcher resident = RESIDENT.matcher(output);
        assertThat(resident.find()).as(output).isTrue();
        System.out.println(what + ": " + resident.group());
        assertThat(Long.parseLong(resident.group(1)) >> 10).isLessThanOrEqualTo(RESIDENT_LIMIT_MIB);
    }
}
