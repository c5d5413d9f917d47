/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.routes.sink.ReceivedBackups.Made;
import io.virtnbd.routes.sink.ReceivedBackups.Sending;
import io.virtnbd.testing.FileTree;
import io.virtnbd.testing.RequiresTools;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a domain through a broker into a directory: what holds for every kind of broker. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
abstract class BrokerCases {

    static final String QUEUE = "backups";
    /** Headers of messages that sources deliver. */
    private static final List<String> LET_IN = List.of(Exchange.FILE_NAME, "CamelVirtNbdDomain", "CamelVirtNbdChain",
            "CamelVirtNbdSegmentIndex", "CamelVirtNbdContentLength");
    private static final Duration LONGEST = Duration.ofSeconds(60);

    @TempDir
    Path directory;
    /** Between clients and the broker. */
    FaultyProxy proxy;
    ReceivedBackups backups;

    /** Makes the broker and the proxy before it. */
    abstract void createBroker() throws Exception;

    abstract void startBroker() throws Exception;

    abstract void stopBroker() throws Exception;

    /** URI of the Kamelet, whose deliveries fail within seconds when there is no broker. */
    abstract String sink();

    /** URI of the Kamelet. */
    abstract String source(String queue);

    /** Takes that many messages. */
    abstract List<WireMessage> take(int count) throws Exception;

    abstract void put(String queue, List<WireMessage> messages) throws Exception;

    @BeforeEach
    void start() throws Exception {
        createBroker();
        backups = new ReceivedBackups(directory);
    }

    @AfterEach
    void stop() throws Exception {
        backups.close();
        stopBroker();
        proxy.close();
    }

    /** Side by side, while the store fails again and again. */
    @Test
    void restoresFullsAndIncrements() throws Exception {
        AtomicInteger stored = new AtomicInteger();
        backups.send(sink(), new Sending().parallel()).receive(source(QUEUE), failing(stored, 7));
        Made full = backups.backUp("full");
        Made increment = backups.backUp("inc");
        assertThat(increment.chain()).isEqualTo(full.checkpoint());
        backups.assertAllRestored();
        assertThat(stored).as("tries to store").hasValueGreaterThan(14);
    }

    /** Lets every so many-th try fail. */
    private static Processor failing(AtomicInteger tries, int every) {
        return exchange -> {
            if (tries.incrementAndGet() % every == 0) {
                throw new IOException("the store is not there");
            }
        };
    }

    /** The manifest first, everything twice, and one segment that comes late. */
    @Test
    void receivesInAnyOrderAndMoreThanOnce() throws Exception {
        backups.send(sink(), new Sending()).receive(source("shuffled"));
        Made full = backups.backUp("full");
        int count = backups.sent().size();
        Made increment = backups.backUp("inc");
        List<WireMessage> messages = new ArrayList<>(take(count + backups.sent().size()));
        assertOnlyContract(messages);

        long seed = new Random().nextLong();
        System.out.println("order: seed " + seed);
        Collections.shuffle(messages, new Random(seed));
        WireMessage late = messages.stream().filter(message -> "segment".equals(message.headers().get("VirtNbdArtifact")))
                .findFirst().orElseThrow();
        List<WireMessage> most = new ArrayList<>(messages);
        most.removeIf(message -> message == late);
        most.sort((a, b) -> Boolean.compare(b.isManifest(), a.isManifest())); // stable: the others stay shuffled
        put("shuffled", most);
        await().atMost(LONGEST).untilAsserted(() -> assertThat(received()).hasSize(messages.size() - 1));

        Made incomplete = late.headers().get("VirtNbdCheckpoint").equals(full.checkpoint()) ? full : increment;
        assertThat(backups.manifest(incomplete)).exists();
        assertThatThrownBy(() -> backups.verify(incomplete)).hasStackTraceContaining("ChainException")
                .hasStackTraceContaining(late.fileName().replaceAll("\\..*", "")).hasStackTraceContaining("missing");
        Path image = directory.resolve("refused.raw");
        assertThatThrownBy(() -> backups.restore(incomplete, late.headers().get("VirtNbdDisk"), image))
                .hasStackTraceContaining("ChainException");
        assertThat(image).doesNotExist();

        Collections.shuffle(messages, new Random(seed + 1));
        put("shuffled", messages);
        backups.assertAllRestored();
    }

    /** What the two Kamelets have agreed on, and nothing of the rest of the exchange. */
    private void assertOnlyContract(List<WireMessage> messages) {
        for (WireMessage message : messages) {
            assertThat(message.headers()).as(message.fileName())
                    .containsKeys("VirtNbdFileName", "VirtNbdArtifact", "VirtNbdCheckpoint", "VirtNbdLevel")
                    .containsEntry("VirtNbdDomain", backups.domain().name())
                    .allSatisfy((name, value) -> assertThat(name).startsWith("VirtNbd"));
            if ("segment".equals(message.headers().get("VirtNbdArtifact"))) {
                assertThat(message.headers()).containsKeys("VirtNbdDisk", "VirtNbdSegmentIndex", "VirtNbdSegmentCount");
            }
        }
    }

    private List<Path> received() throws IOException {
        return FileTree.files(backups.received()).stream().filter(file -> !file.getFileName().toString().startsWith("."))
                .toList();
    }

    @Test
    void goesOnWhenTheBrokerComesBack() throws Exception {
        AtomicInteger messages = new AtomicInteger();
        List<CompletableFuture<Void>> restarts = new CopyOnWriteArrayList<>();
        backups.send(sink(), new Sending().redeliveries(100).before(exchange -> {
            if (messages.incrementAndGet() == 5) {
                stopBroker();
                restarts.add(CompletableFuture.runAsync(() -> {
                    try {
                        Thread.sleep(2000); // it is away for some time
                        startBroker();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
        })).receive(source(QUEUE));
        backups.backUp("full");
        restarts.get(0).join();
        backups.backUp("inc");
        backups.assertAllRestored();
    }

    @Test
    void goesOnWhenConnectionsAreCut() throws Exception {
        backups.send(sink(), new Sending().redeliveries(20)).receive(source(QUEUE));
        proxy.cutAfter(700_000, 3);
        backups.backUp("full");
        proxy.cutAfter(300_000, 2);
        backups.backUp("inc");
        assertThat(proxy.faults()).isPositive();
        proxy.heal();
        backups.assertAllRestored();
    }

    @Test
    void rollsBackWhenTheBrokerStaysAway() throws Exception {
        AtomicInteger countdown = new AtomicInteger(Integer.MAX_VALUE);
        backups.send(sink(), new Sending().redeliveries(1).before(exchange -> {
            if (countdown.decrementAndGet() == 0) {
                stopBroker();
            }
        })).receive(source(QUEUE));
        Made full = backups.backUp("full");
        countdown.set(4);
        assertThat(backups.failToBackUp("inc")).isNotNull();
        assertThat(backups.sent()).hasSize(3);
        assertThat(backups.checkpoints()).containsExactly(full.checkpoint());
        startBroker();
        Made increment = backups.backUp("inc");
        backups.assertAllRestored();
        assertThat(backups.manifests()).containsExactlyInAnyOrder(backups.manifest(full).getFileName().toString(),
                backups.manifest(increment).getFileName().toString());
    }

    @Test
    void refusesNamesThatLeadOutOfTheStore() throws Exception {
        List<Map<String, Object>> delivered = new CopyOnWriteArrayList<>();
        List<String> refused = new CopyOnWriteArrayList<>();
        backups.receiver().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:refused").process(exchange -> refused.add(
                        exchange.getMessage().getHeader("VirtNbdFileName", String.class)));
            }
        });
        backups.receive(source(QUEUE) + "&deadLetter=direct:refused",
                exchange -> delivered.add(Map.copyOf(nonNull(exchange))));
        List<WireMessage> bad = List.of(
                WireMessage.named("vm", "c.0", "../a"), WireMessage.named("vm", "c.0", "../../../../a"),
                WireMessage.named("vm", "c.0", "/tmp/a"), WireMessage.named("vm", "c.0", ".."),
                WireMessage.named("vm", "c.0", "."), WireMessage.named("vm", "c.0", ""),
                WireMessage.named("vm", "c.0", null), WireMessage.named("vm", "c.0", "a/../../b"),
                WireMessage.named("vm", "c.0", "checkpoints/../../a"), WireMessage.named("vm", "c.0", "checkpoints/.."),
                WireMessage.named("vm", "c.0", "checkpoints/"), WireMessage.named("vm", "c.0", "checkpoints//a"),
                WireMessage.named("vm", "c.0", "..\\a"), WireMessage.named("vm", "c.0", ".incomplete-a"),
                WireMessage.named("vm", "c.0", "a\nb"), WireMessage.named("vm", "c.0", "a\n"),
                WireMessage.named("vm", "c.0", "${sys.user.home}"), WireMessage.named("vm", "c.0", "a".repeat(256)),
                WireMessage.named("..", "c.0", "domain1"), WireMessage.named("", "c.0", "domain2"),
                WireMessage.named("/", "c.0", "domain3"), WireMessage.named("a/b", "c.0", "domain4"),
                WireMessage.named(null, "c.0", "domain5"), WireMessage.named("vm", "..", "chain1"),
                WireMessage.named("vm", "", "chain2"), WireMessage.named("vm", "a/b", "chain3"),
                WireMessage.named("vm", null, "chain4"));
        put(QUEUE, bad);
        WireMessage last = WireMessage.named("Büro 1", "c.0", "checkpoints/c.0.xml").with("VirtNbdSegmentIndex", "x")
                .with("CamelVirtNbdImage", "/etc/passwd").with("Other", "value");
        put(QUEUE, List.of(last));
        Path file = backups.received().resolve("Büro 1/c.0/checkpoints/c.0.xml");
        await().atMost(LONGEST).untilAsserted(() -> assertThat(file).hasBinaryContent(last.body()));
        await().atMost(LONGEST).untilAsserted(() -> assertThat(refused).hasSize(bad.size()));
        assertThat(received()).containsExactly(file);
        assertThat(delivered).hasSize(1);
        assertThat(delivered.get(0)).containsEntry(Exchange.FILE_NAME, "checkpoints/c.0.xml")
                .containsEntry("CamelVirtNbdDomain", "Büro 1").containsEntry("CamelVirtNbdChain", "c.0")
                .containsEntry("CamelVirtNbdContentLength", 3L)
                .allSatisfy((name, value) -> assertThat(name).isIn(LET_IN));
        // the broker is at work there too
        assertThat(FileTree.paths(directory)).extracting(path -> path.getFileName().toString())
                .doesNotContain("a", "b", "domain1", "domain2", "domain3", "domain4", "domain5", "chain1", "chain2");
        assertThat(Path.of("/tmp/a")).doesNotExist();
    }

    private static Map<String, Object> nonNull(Exchange exchange) {
        Map<String, Object> headers = new HashMap<>(exchange.getMessage().getHeaders());
        headers.values().removeIf(value -> value == null);
        return headers;
    }
}
