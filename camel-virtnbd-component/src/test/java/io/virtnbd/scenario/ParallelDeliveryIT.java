/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.event.BackupCompletedEvent;
import io.virtnbd.camel.event.BackupFailedEvent;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The messages of a running domain's backups go side by side to a sink that breaks off now and then: whatever the order, the
 * restored disks are the guest's, and the chain goes on.
 */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class ParallelDeliveryIT {

    private static final long MIB = 1 << 20;
    private static final int INCREMENTS = 2;

    @TempDir
    private Path directory;
    private Path backups;
    private TestDomain domain;
    private RandomGuest guest;
    private SplittableRandom failures;
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final AtomicInteger brokenOff = new AtomicInteger();
    private final List<CamelEvent> ends = new CopyOnWriteArrayList<>();

    @BeforeEach
    void startDomain() {
        backups = directory.resolve("backups");
        domain = new TestDomain(directory).qcow2(48 * MIB, 24 * MIB).define().start();
        guest = new RandomGuest(domain, true);
        guest.work(60);
        long seed = new SplittableRandom().nextLong();
        System.out.println("failures: seed " + seed);
        failures = new SplittableRandom(seed);
    }

    @AfterEach
    void removeDomain() {
        domain.close();
    }

    @ParameterizedTest
    @CsvSource({"split, unit=segment", "split, unit=segment&compression=lz4", "split, unit=disk",
        "consumer, unit=segment", "consumer, unit=segment&compression=lz4", "consumer, unit=disk&compression=lz4"})
    void restoresWhatWasDeliveredSideBySide(String way, String options) throws Exception {
        for (int i = 0; i <= INCREMENTS; i++) {
            guest.work(30);
            backUp(way, "level=" + (i == 0 ? "full" : "inc") + "&segmentSize=1m&maxInflightSize=4m&" + options);
            assertThat(checkpoints()).contains("virtnbd." + i);
            assertRestores("virtnbd." + i);
        }
        assertThat(mostAtOnce).hasValueGreaterThan(1);
        assertThat(brokenOff).hasValueGreaterThan(0);
    }

    private void backUp(String way, String options) throws Exception {
        ends.clear();
        try (CamelContext camel = new DefaultCamelContext()) {
            camel.getManagementStrategy().addEventNotifier(new Recorder());
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    errorHandler(defaultErrorHandler().maximumRedeliveries(20).redeliveryDelay(5)
                            .retryAttemptedLogLevel(LoggingLevel.OFF));
                    String backup = "virtnbd:backup:" + domain.name() + "?" + options;
                    if (way.equals("split")) {
                        from("direct:backup").to(backup).split(body()).streaming().stopOnException().parallelProcessing()
                                .to("direct:sink");
                    } else {
                        from(backup + "&initialDelay=0&repeatCount=1&concurrentConsumers=4").to("direct:sink");
                    }
                    from("direct:sink").errorHandler(noErrorHandler()).process(ParallelDeliveryIT.this::breakOff)
                            .to(BackupRoutes.fileSink(backups));
                }
            });
            camel.start();
            if (way.equals("split")) {
                Exchange done = camel.createProducerTemplate().request("direct:backup", exchange -> { });
                assertThat(done.getException()).isNull();
            }
            Awaitility.await().until(() -> !ends.isEmpty());
        }
        assertThat(ends).singleElement().isInstanceOf(BackupCompletedEvent.class);
    }

    /** Reads a part of every fourth message in vain. */
    private void breakOff(Exchange exchange) throws IOException, InterruptedException {
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
            Thread.sleep(next(5));
            if (next(4) == 0 && !"manifest".equals(exchange.getMessage().getHeader(VirtNbdConstants.ARTIFACT))) {
                try (var stream = exchange.getMessage().getBody(InputStream.class)) {
                    stream.readNBytes(next(400_000));
                }
                brokenOff.incrementAndGet();
                throw new IOException("the sink broke off");
            }
        } finally {
            atOnce.decrementAndGet();
        }
    }

    private synchronized int next(int bound) {
        return failures.nextInt(bound);
    }

    private List<String> checkpoints() {
        return domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()).toList();
    }

    private void assertRestores(String checkpoint) throws Exception {
        try (BackupRoutes routes = new BackupRoutes(domain.name(), backups, "")) {
            BackupRoutes.Made made = new BackupRoutes.Made("", "virtnbd.0", checkpoint, "", "");
            for (String disk : List.of("vda", "vdb")) {
                Path content = domain.snapshotContent(disk, directory.resolve(disk + checkpoint + "-content.raw"));
                Path image = directory.resolve(disk + checkpoint + "-restored.raw");
                routes.restore(made, disk, image);
                assertThat(Files.mismatch(image, content)).as(disk + " at " + checkpoint).isEqualTo(-1);
                Files.delete(content);
                Files.delete(image);
            }
            routes.verify(made);
        }
    }

    private final class Recorder extends SimpleEventNotifierSupport {

        @Override
        public void notify(CamelEvent event) {
            if (event instanceof BackupCompletedEvent || event instanceof BackupFailedEvent) {
                ends.add(event);
            }
        }
    }
}
