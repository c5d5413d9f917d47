/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.Manifest;
import io.virtnbd.testing.FileTree;
import io.virtnbd.testing.TestDisk;
import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.SplitDefinition;

/**
 * A domain with two disks and its backups: sent by one Camel context, received by another into a directory, and compared with
 * what the disks were.
 */
final class ReceivedBackups implements AutoCloseable {

    private static final long MIB = 1 << 20;
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final Path directory;
    private final TestDomain domain;
    private final SplittableRandom random;
    private final CamelContext sender = new DefaultCamelContext();
    private final CamelContext receiver = new DefaultCamelContext();
    /** What the disks were at each backup that was made. */
    private final Map<Made, Map<String, Path>> contents = new LinkedHashMap<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private String segmentSize = "256k";
    private int files;

    ReceivedBackups(Path directory) {
        this.directory = directory;
        long seed = new SplittableRandom().nextLong();
        System.out.println("disks: seed " + seed);
        random = new SplittableRandom(seed);
        domain = new TestDomain(directory).qcow2(12 * MIB, 8 * MIB).define().start();
    }

    /** The context that sends, to be prepared with components. */
    CamelContext sender() {
        return sender;
    }

    /** The context that receives, to be prepared with components. */
    CamelContext receiver() {
        return receiver;
    }

    TestDomain domain() {
        return domain;
    }

    /** Of the next backups. */
    void segmentSize(String size) {
        segmentSize = size;
    }

    /** How backups are made and sent. */
    static final class Sending {
        private String options = "";
        private boolean parallel;
        private int redeliveries;
        private Processor before = exchange -> { };

        /** Options of the backup, each with its ampersand. */
        Sending options(String more) {
            options += more;
            return this;
        }

        Sending parallel() {
            parallel = true;
            return this;
        }

        /** At most so many redeliveries of each message, 200 ms apart. */
        Sending redeliveries(int most) {
            redeliveries = most;
            return this;
        }

        /** What is done before each message is sent. */
        Sending before(Processor processor) {
            before = processor;
            return this;
        }
    }

    /** Starts the context that sends. */
    ReceivedBackups send(String sink, Sending sending) throws Exception {
        sender.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(sending.redeliveries).redeliveryDelay(200));
                SplitDefinition split = from("direct:backup").toF("virtnbd:backup:%s?unit=segment%s",
                        domain.name(), sending.options).split(body()).streaming().stopOnException();
                if (sending.parallel) {
                    split.parallelProcessing();
                }
                split.process(sending.before).to(sink)
                        .process(exchange -> sent.add(exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class)));
            }
        });
        sender.start();
        return this;
    }

    /** Starts the context that receives, with what is to be done before each message is stored. */
    ReceivedBackups receive(String source, Processor before) throws Exception {
        receiver.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from(source).process(before).to(store(received()));
            }
        });
        startRestores();
        return this;
    }

    ReceivedBackups receive(String source) throws Exception {
        return receive(source, exchange -> { });
    }

    /** Starts what restores, without anything that receives. */
    void startRestores() throws Exception {
        receiver.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:restore").to("virtnbd:restore?format=raw");
                from("direct:verify").to("virtnbd:verify");
            }
        });
        receiver.start();
    }

    /** An endpoint that stores messages in the directory of their chain, atomically, again where they come again. */
    static String store(Path directory) {
        return "file:" + directory + "?fileName=${header.CamelVirtNbdDomain}/${header.CamelVirtNbdChain}/${file:name}"
                + "&tempFileName=.incomplete-${exchangeId}-${file:onlyname}&fileExist=TryRename";
    }

    /** The file with that name in the directory of a chain; others may come and go there meanwhile. */
    static Optional<Path> find(Path directory, String name) throws IOException {
        return FileTree.files(directory).stream().filter(file -> file.getFileName().toString().equals(name)).findFirst();
    }

    Path received() {
        return directory.resolve("received");
    }

    /** The directory of a chain. */
    Path set(Made backup) {
        return received().resolve(domain.name()).resolve(backup.chain());
    }

    /** Lets the guest write what no compression makes small, zero, and discard. */
    void work() {
        domain.guest(guest -> {
            for (TestDisk disk : domain.disks()) {
                for (int i = 0; i < 6; i++) {
                    long length = random.nextLong(1, 1200) * 512;
                    long offset = random.nextLong(0, (domain.size(disk.target()) - length) / 512) * 512;
                    switch (random.nextInt(8)) {
                        case 0 -> guest.zero(disk.target(), offset, length, true);
                        case 1 -> guest.discard(disk.target(), offset, length);
                        default -> guest.write(disk.target(), random.nextInt(1, 256), offset, length);
                    }
                }
            }
        });
    }

    /** Works, makes a backup, and remembers what the disks were. */
    Made backUp(String level) throws Exception {
        work();
        Map<String, Path> disks = new LinkedHashMap<>();
        for (TestDisk disk : domain.disks()) {
            disks.put(disk.target(), domain.snapshotContent(disk.target(), file()));
        }
        Exchange done = request(level);
        if (done.getException() != null) {
            throw done.getException();
        }
        Made made = new Made(header(done, VirtNbdConstants.LEVEL), header(done, VirtNbdConstants.CHAIN),
                header(done, VirtNbdConstants.CHECKPOINT));
        contents.put(made, disks);
        return made;
    }

    /** Tries to make a backup, and returns why that failed. */
    Exception failToBackUp(String level) {
        Exception failure = tryToBackUp(level).getException();
        assertThat(failure).as("failure of the backup").isNotNull();
        return failure;
    }

    /** Works, and asks for a backup; the exchange tells what is known of it by then. */
    Exchange tryToBackUp(String level) {
        work();
        return request(level);
    }

    /**
     * In a request that waits for its reply, with headers as one that comes through a queue has, or could have: none of
     * them may lead messages of the backup elsewhere.
     */
    private Exchange request(String level) {
        sent.clear();
        return sender.createProducerTemplate().request("direct:backup", exchange -> {
            exchange.setPattern(ExchangePattern.InOut);
            exchange.getMessage().setHeaders(new HashMap<>(Map.of(VirtNbdConstants.LEVEL, level,
                    VirtNbdConstants.SEGMENT_SIZE, segmentSize, "kafka.KEY", "elsewhere",
                    "kafka.OVERRIDE_TOPIC", "elsewhere", "kafka.PARTITION_KEY", 2, "kafka.OVERRIDE_TIMESTAMP", 1L,
                    "CamelJmsDestinationName", "elsewhere", "CamelJmsDeliveryMode", 1, "JMSReplyTo", "queue:elsewhere",
                    "Other", "value")));
        });
    }

    /** File names of the messages of the last backup that were delivered. */
    List<String> sent() {
        return List.copyOf(sent);
    }

    private static String header(Exchange exchange, String name) {
        return exchange.getMessage().getHeader(name, String.class);
    }

    private Path file() {
        return directory.resolve("content-" + files++ + ".raw");
    }

    Path manifest(Made backup) {
        return set(backup).resolve(domain.name() + "." + backup.checkpoint() + ".json");
    }

    /** Waits until all that a manifest lists is there. */
    void awaitReceived(Made backup) {
        await().atMost(LONGEST).ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> {
            assertThat(manifest(backup)).exists();
            Manifest.read(manifest(backup)).verify(set(backup), true);
        });
    }

    /** Waits for all backups that were made, verifies them, and restores each disk of each. */
    void assertAllRestored() throws Exception {
        for (Made backup : contents.keySet()) {
            awaitReceived(backup);
        }
        for (Map.Entry<Made, Map<String, Path>> backup : contents.entrySet()) {
            verify(backup.getKey());
            for (Map.Entry<String, Path> disk : backup.getValue().entrySet()) {
                Path image = file();
                restore(backup.getKey(), disk.getKey(), image);
                assertThat(Files.mismatch(image, disk.getValue())).as(disk.getKey() + " at " + backup.getKey()).isEqualTo(-1);
                Files.delete(image);
            }
        }
        assertNothingHalfWritten();
    }

    void restore(Made backup, String disk, Path image) {
        receiver.createProducerTemplate().requestBodyAndHeaders("direct:restore", null, Map.of(
                VirtNbdConstants.DIRECTORY, set(backup).toString(), VirtNbdConstants.DISK, disk,
                VirtNbdConstants.UNTIL, backup.checkpoint(), VirtNbdConstants.IMAGE, image.toString()));
    }

    void verify(Made backup) {
        Map<?, ?> report = receiver.createProducerTemplate().requestBodyAndHeader("direct:verify", null,
                VirtNbdConstants.DIRECTORY, set(backup).toString(), Map.class);
        assertThat((List<?>) report.get("manifests")).isNotEmpty();
    }

    /** Not at once: what is there already can come again. */
    private void assertNothingHalfWritten() {
        await().atMost(LONGEST).untilAsserted(() -> assertThat(FileTree.paths(received()))
                .extracting(path -> path.getFileName().toString()).noneMatch(name -> name.startsWith(".")));
    }

    /** Names of the checkpoints that libvirt knows. */
    List<String> checkpoints() {
        return domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()).toList();
    }

    /** Names of all manifests that were received. */
    List<String> manifests() throws IOException {
        return FileTree.files(received()).stream().map(path -> path.getFileName().toString())
                .filter(name -> name.startsWith(domain.name()) && name.endsWith(".json")).sorted().toList();
    }

    @Override
    public void close() {
        sender.stop();
        receiver.stop();
        domain.close();
    }

    /** A backup, as the headers tell of it. */
    record Made(String level, String chain, String checkpoint) {
    }
}
