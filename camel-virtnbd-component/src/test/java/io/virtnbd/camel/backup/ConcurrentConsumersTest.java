/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.DomainTestSupport;
import io.virtnbd.camel.PollErrors;
import io.virtnbd.camel.delivery.IncompleteBackupException;
import io.virtnbd.camel.header.VirtNbdConstants;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.support.ScheduledPollConsumer;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A consumer that sends several messages of a backup at once. */
@Timeout(120)
class ConcurrentConsumersTest extends DomainTestSupport {

    private static final int SEGMENT = 64 << 10;

    private final List<Throwable> pollErrors = new CopyOnWriteArrayList<>();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    /** Whom the first ones wait for, so that their going side by side is not left to chance. */
    private CountDownLatch company = new CountDownLatch(0);

    private String once(String name, String options) {
        context().getRegistry().bind("errors", new PollErrors(pollErrors));
        return "virtnbd:backup:" + name + "?initialDelay=0&repeatCount=1&exceptionHandler=#errors&unit=segment&segmentSize=64k"
                + options;
    }

    private ScheduledPollConsumer poller() {
        return (ScheduledPollConsumer) context().getRoutes().get(context().getRoutes().size() - 1).getConsumer();
    }

    private void awaitCompany() throws InterruptedException {
        company.countDown();
        assertThat(company.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private void sink(Exchange exchange) throws Exception {
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
            awaitCompany();
            if (MANIFEST.equals(name(exchange))) {
                assertThat(atOnce).as("the manifest is alone").hasValue(1);
            }
            Thread.sleep(ThreadLocalRandom.current().nextInt(8));
            deliver(exchange);
        } finally {
            atOnce.decrementAndGet();
        }
    }

    private byte[] content(String diskName) throws IOException {
        List<byte[]> streams = new ArrayList<>();
        for (Map.Entry<String, byte[]> file : new TreeMap<>(delivered).entrySet()) {
            if (file.getKey().startsWith(diskName) && file.getKey().endsWith(".data")) {
                streams.add(file.getValue());
            }
        }
        return applied(streams);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&compression=lz4"})
    void sendsSoManyAtOnceAndTheManifestLast(String options) throws Exception {
        company = new CountDownLatch(4);
        routes(routes -> routes.from(once("vm1", "&concurrentConsumers=4" + options)).process(this::sink));

        await().until(() -> !host.backups.isEmpty() && host.last().closes.get() == 1);
        assertThat(pollErrors).isEmpty();
        assertCommitted(host.last());
        assertThat(mostAtOnce).hasValue(4);
        assertThat(content("vda")).isEqualTo(disk.content());
        assertThat(content("vdb")).isEqualTo(secondDisk.content());
    }

    @Test
    void keepsToTheBound() throws Exception {
        routes(routes -> routes.from(once("vm1", "&concurrentConsumers=4&compression=lz4&maxInflightSize=" + 2 * SEGMENT))
                .filter(exchange -> name(exchange).endsWith(".data")).process(this::sink).end()
                .filter(exchange -> !name(exchange).endsWith(".data")).process(this::deliver));

        await().until(() -> !host.backups.isEmpty() && host.last().closes.get() == 1);
        assertCommitted(host.last());
        assertThat(mostAtOnce.get()).isLessThanOrEqualTo(4);
        assertThat(content("vda")).isEqualTo(disk.content());
    }

    @Test
    void framesOfAnExportGoSideBySideToo() throws Exception {
        AtomicInteger frames = new AtomicInteger();
        company = new CountDownLatch(2);
        routes(routes -> routes.from(backup("initialDelay=0&repeatCount=1&unit=frame&requestSize=64k&concurrentConsumers=3"))
                .process(exchange -> {
                    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                    awaitCompany();
                    atOnce.decrementAndGet();
                    frames.incrementAndGet();
                }));

        await().until(() -> poller().isFirstPollDone());
        assertThat(frames.get()).isGreaterThan(10);
        assertThat(mostAtOnce.get()).isBetween(2, 3);
    }

    @ParameterizedTest
    @EnumSource(CommitTest.Handling.class)
    void stopsAtTheFirstFailureAndAwaitsTheOthers(CommitTest.Handling handling) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch failed = new CountDownLatch(1);
        routes(routes -> {
            switch (handling) {
                case HANDLED -> routes.onException(IOException.class).handled(true);
                case CONTINUED -> routes.onException(IOException.class).continued(true);
                case DEAD_LETTER -> routes.errorHandler(routes.deadLetterChannel("mock:dead"));
                default -> { }
            }
            var route = routes.from(once("vm1", "&concurrentConsumers=4"));
            if (handling == CommitTest.Handling.DO_TRY) {
                route.doTry().process(exchange -> failing(exchange, calls, failed)).doCatch(IOException.class).end();
            } else {
                route.process(exchange -> failing(exchange, calls, failed));
            }
        });

        await().until(() -> !pollErrors.isEmpty());
        assertThat(atOnce).hasValue(0);
        assertThat(pollErrors).singleElement().isInstanceOf(IncompleteBackupException.class)
                .satisfies(error -> assertThat(error).hasRootCauseMessage("no space left"));
        assertThat(calls.get()).as("of some eighty").isBetween(7, 40);
        assertThat(delivered).doesNotContainKey(MANIFEST);
        assertRolledBack(host.last());
    }

    private void failing(Exchange exchange, AtomicInteger calls, CountDownLatch failed) throws Exception {
        int call = calls.incrementAndGet();
        if (call == 7) {
            whenDone(exchange, failed);
            throw new IOException("no space left");
        }
        if (call > 7) {
            assertThat(failed.await(60, TimeUnit.SECONDS)).isTrue();
        }
        sink(exchange);
    }

    @Test
    void domainsStayOneAfterTheOther() throws Exception {
        host.names = List.of("web-1", "web-2");
        List<String> order = new CopyOnWriteArrayList<>();
        routes(routes -> routes.from(once("web-*", "&concurrentConsumers=4")).process(exchange -> {
            deliver(exchange);
            order.add(exchange.getMessage().getHeader(VirtNbdConstants.DOMAIN, String.class));
        }));

        await().until(() -> poller().isFirstPollDone());
        assertThat(order).isSorted().contains("web-1", "web-2");
        assertThat(host.backups).extracting(backup -> backup.commits.get()).containsExactly(1, 1);
    }

    @Test
    void aRouteThatStopsDeliversWhatIsUnderWayAndNoMore() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        routes(routes -> routes.from(once("vm1", "&concurrentConsumers=3&maxInflightSize=128k")).process(exchange -> {
            begun.incrementAndGet();
            atOnce.incrementAndGet();
            goOn.await();
            deliver(exchange);
            atOnce.decrementAndGet();
        }));
        await().until(() -> atOnce.get() >= 2);

        poller().stop();
        goOn.countDown();

        await().until(() -> host.last().closes.get() == 1);
        assertRolledBack(host.last());
        assertThat(delivered).hasSize(begun.get()).hasSizeLessThan(5);
        assertThat(atOnce).hasValue(0);
    }

    @Test
    void aRouteThatIsStartedAgainMakesItsBackups() throws Exception {
        routes(routes -> routes.from(once("vm1", "&concurrentConsumers=2")).routeId("nightly").process(this::sink));
        await().until(() -> !host.backups.isEmpty() && host.last().closes.get() == 1);

        context().getRouteController().stopRoute("nightly");
        ServiceHelper.stopService(poller());
        context().getRouteController().startRoute("nightly");

        await().until(() -> host.backups.size() == 2 && host.last().closes.get() == 1);
        assertThat(host.last().commits).hasValue(1);
        assertThat(pollErrors).isEmpty();
    }

    @Test
    void whatIsHandedToAnotherThreadIsCommittedThere() throws Exception {
        routes(routes -> {
            routes.from("seda:sink?pollTimeout=20").process(this::sink);
            routes.from(once("vm1", "&concurrentConsumers=2&maxInflightSize=128k")).to(ExchangePattern.InOnly, "seda:sink");
        });

        await().until(() -> !host.backups.isEmpty() && host.last().commits.get() == 1);
        assertCommitted(host.last());
        assertThat(content("vda")).isEqualTo(disk.content());
    }
}
