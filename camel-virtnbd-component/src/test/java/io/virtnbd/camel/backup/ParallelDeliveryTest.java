/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.DomainTestSupport;
import io.virtnbd.camel.delivery.BackupBody;
import io.virtnbd.camel.event.BackupFailedEvent;
import io.virtnbd.camel.header.VirtNbdConstants;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.builder.AggregationStrategies;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are delivered side by side, by a splitter or by other threads: within the bound, and to the end. */
@Timeout(120)
class ParallelDeliveryTest extends DomainTestSupport {

    private static final int SEGMENT = 64 << 10;
    private static final String SEGMENTS = "virtnbd:backup:vm1?unit=segment&segmentSize=64k";

    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger inflight = new AtomicInteger();
    private final AtomicInteger mostInflight = new AtomicInteger();
    private boolean transacted;

    /** How a route splits a backup and delivers its parts. */
    enum Way {
        SEQUENTIAL, LIST, SHARED, TRANSACTED, PARALLEL, PARALLEL_SHARED, PARALLEL_LIST, SEDA, PARALLEL_SEDA, THREADS, TAP,
        SLOW_TAP, AGGREGATE, RESEQUENCE, MULTICAST, PARALLEL_MULTICAST, ONE_THREAD, NO_QUEUE, ASYNC_REDELIVERY
    }

    /** Hands out what a backup does, and counts what is on its way then. */
    private Iterable<Message> counted(BackupBody body) {
        return () -> {
            Iterator<Message> messages = body.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return messages.hasNext();
                }

                @Override
                public Message next() {
                    Message message = messages.next();
                    if (message != null) {
                        made.incrementAndGet();
                        mostInflight.accumulateAndGet(inflight.addAndGet(size(message)), Math::max);
                    }
                    return message;
                }
            };
        };
    }

    /** Bytes of a segment's content. */
    private static int size(Message message) {
        return "segment".equals(message.getHeader(VirtNbdConstants.ARTIFACT))
                ? Math.min(SEGMENT, message.getHeader(VirtNbdConstants.CONTENT_LENGTH, Integer.class)) : 0;
    }

    private SplitDefinition split(RouteBuilder routes, String endpoint) {
        return routes.from("direct:start").to(endpoint).process(exchange -> {
            exchange.getMessage().setBody(counted(exchange.getMessage().getBody(BackupBody.class)));
            exchange.getExchangeExtension().setTransacted(transacted);
        }).split(routes.body());
    }

    private void sink(Exchange exchange) throws Exception {
        deliver(exchange);
        inflight.addAndGet(-size(exchange.getMessage()));
    }

    private void slowly(Exchange exchange) throws Exception {
        Thread.sleep(ThreadLocalRandom.current().nextInt(8));
        sink(exchange);
    }

    /** Goes on when so many bytes were on their way at once: whether sinks are slower than the reading is chance otherwise. */
    private void awaitInflight(int bytes) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> mostInflight.get() >= bytes);
    }

    private void assertAllDelivered() throws IOException {
        assertThat(content("vda")).isEqualTo(disk.content());
        assertThat(content("vdb")).isEqualTo(secondDisk.content());
        assertThat(delivered).containsKey(MANIFEST);
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
    @EnumSource(Way.class)
    void comesToItsEndHoweverTightTheBoundIs(Way way) throws Exception {
        transacted = way == Way.TRANSACTED;
        routes(routes -> {
            if (way == Way.ASYNC_REDELIVERY) {
                routes.errorHandler(routes.defaultErrorHandler().maximumRedeliveries(3).redeliveryDelay(1)
                        .asyncDelayedRedelivery());
            }
            SplitDefinition split = split(routes, SEGMENTS + "&compression=lz4&maxInflightSize=1");
            if (way != Way.LIST && way != Way.PARALLEL_LIST) {
                split.streaming();
            }
            route(routes, split.stopOnException(), way);
        });

        Exchange exchange = send();

        if (way == Way.PARALLEL_SHARED) {
            // a manifest cannot wait for what nobody tells it of; whether it comes last is chance
            await().until(() -> host.last().closes.get() == 1);
            assertThat(host.last().commits.get()).isEqualTo(exchange.getException() == null ? 1 : 0);
            return;
        }
        assertThat(exchange.getException()).isNull();
        await().until(() -> host.last().commits.get() == 1);
        assertCommitted(host.last());
        assertAllDelivered();
    }

    private void route(RouteBuilder routes, SplitDefinition split, Way way) throws Exception {
        switch (way) {
            case SHARED -> split.shareUnitOfWork();
            case PARALLEL, PARALLEL_LIST, ASYNC_REDELIVERY -> split.parallelProcessing();
            case PARALLEL_SHARED -> split.parallelProcessing().shareUnitOfWork();
            case ONE_THREAD -> split.parallelProcessing().executorService(pool(1, 1000));
            case NO_QUEUE -> split.parallelProcessing().executorService(pool(1, 0));
            default -> { }
        }
        switch (way) {
            case SEDA, PARALLEL_SEDA -> {
                if (way == Way.PARALLEL_SEDA) {
                    split.parallelProcessing();
                }
                split.to(ExchangePattern.InOnly, "seda:sink");
                routes.from("seda:sink?pollTimeout=20&concurrentConsumers=2").process(this::slowly);
            }
            case THREADS -> split.threads(2).process(this::slowly);
            case TAP, SLOW_TAP -> {
                split.wireTap("direct:tap").process(this::sink);
                routes.from("direct:tap").delay(way == Way.SLOW_TAP ? 20 : 0)
                        .process(exchange -> exchange.getMessage().getBody(byte[].class));
            }
            case AGGREGATE -> split.process(this::sink).aggregate(routes.constant(1), AggregationStrategies.groupedBody())
                    .completionSize(7).completionTimeout(100).to("log:aggregated?level=OFF");
            case RESEQUENCE -> split.process(this::sink)
                    .resequence(routes.header(VirtNbdConstants.FILE_NAME)).batch().timeout(50).to("log:sequence?level=OFF");
            case MULTICAST -> multicast(routes, split, false);
            case PARALLEL_MULTICAST -> multicast(routes, split.parallelProcessing(), true);
            case ASYNC_REDELIVERY -> {
                Map<String, Boolean> seen = new ConcurrentHashMap<>();
                split.process(exchange -> {
                    sink(exchange);
                    if (seen.put(name(exchange), true) == null) {
                        throw new IOException("the connection broke");
                    }
                });
            }
            default -> split.process(this::slowly);
        }
    }

    private void multicast(RouteBuilder routes, SplitDefinition split, boolean parallel) {
        var sinks = split.multicast();
        (parallel ? sinks.parallelProcessing() : sinks).to("direct:one", "direct:other");
        routes.from("direct:one").process(this::slowly);
        routes.from("direct:other").process(exchange -> exchange.getMessage().getBody(InputStream.class).readAllBytes());
    }

    private ExecutorService pool(int threads, int queue) throws Exception {
        ThreadPoolProfile profile = new ThreadPoolProfileBuilder("test").poolSize(threads).maxPoolSize(threads)
                .maxQueueSize(queue).rejectedPolicy(ThreadPoolRejectedPolicy.CallerRuns).build();
        return context().getExecutorServiceManager().newThreadPool(this, "test", profile);
    }

    @ParameterizedTest
    @CsvSource({"lz4,3", "none,3", "lz4,1", "none,7"})
    void aSplitKeepsToTheBound(String compression, int segments) throws Exception {
        routes(routes -> split(routes, SEGMENTS + "&compression=" + compression + "&maxInflightSize=" + segments * SEGMENT)
                .streaming().stopOnException().parallelProcessing().process(exchange -> {
                    if (segments > 1) {
                        awaitInflight((segments - 1) * SEGMENT + 1);
                    }
                    slowly(exchange);
                }));

        assertThat(send().getException()).isNull();

        assertCommitted(host.last());
        assertAllDelivered();
        assertThat(made.get()).isGreaterThan(20);
        assertThat(mostInflight.get()).isLessThanOrEqualTo(segments * SEGMENT);
        if (segments > 1) {
            assertThat(mostInflight.get()).as("goes side by side").isGreaterThan((segments - 1) * SEGMENT);
        }
    }

    @Test
    void aQueueKeepsToTheBound() throws Exception {
        routes(routes -> {
            split(routes, SEGMENTS + "&maxInflightSize=192k").streaming().stopOnException()
                    .to(ExchangePattern.InOnly, "seda:sink");
            routes.from("seda:sink?pollTimeout=20").process(exchange -> {
                awaitInflight(2 * SEGMENT);
                slowly(exchange);
            });
        });

        assertThat(send().getException()).isNull();

        await().until(() -> host.last().commits.get() == 1);
        assertAllDelivered();
        assertThat(mostInflight.get()).isBetween(2 * SEGMENT, 3 * SEGMENT);
    }

    @Test
    void nothingIsMadeWhileTheSinksAreStuck() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        routes(routes -> split(routes, SEGMENTS + "&compression=lz4&maxInflightSize=256k").streaming().stopOnException()
                .parallelProcessing().process(exchange -> {
                    goOn.await();
                    sink(exchange);
                }));
        CompletableFuture<Exchange> done = CompletableFuture.supplyAsync(this::send);

        await().until(() -> inflight.get() > 2 * SEGMENT);
        await().during(1500, TimeUnit.MILLISECONDS).until(() -> inflight.get() <= 4 * SEGMENT);
        int stuck = made.get();
        await().during(200, TimeUnit.MILLISECONDS).until(() -> made.get() == stuck);
        goOn.countDown();

        assertThat(done.get().getException()).isNull();
        assertCommitted(host.last());
        assertAllDelivered();
        assertThat(mostInflight.get()).isLessThanOrEqualTo(4 * SEGMENT);
    }

    @RepeatedTest(10)
    void aFailureOfOneIsWhatTheSplitFailsWith() throws Exception {
        listen();
        AtomicInteger calls = new AtomicInteger();
        routes(routes -> split(routes, SEGMENTS + "&compression=lz4&maxInflightSize=128k").streaming().stopOnException()
                .parallelProcessing().process(exchange -> {
                    sink(exchange);
                    if (calls.incrementAndGet() == 5) {
                        throw new IOException("no space left");
                    }
                }));

        // a splitter that is about to take the next part when another fails can fail with a NullPointerException of its own
        assertThat(send().getException()).satisfiesAnyOf(failure -> assertThat(failure).hasStackTraceContaining("no space left"),
                failure -> assertThat(failure).hasStackTraceContaining("createCorrelatedCopy"));

        assertRolledBack(host.last());
        assertThat(events.get(events.size() - 1)).isInstanceOfSatisfying(BackupFailedEvent.class,
                event -> assertThat(event.getCause()).hasStackTraceContaining("no space left"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailureWakesWhoWaitsAndEndsTheBackup(boolean stopOnException) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch failed = new CountDownLatch(1);
        routes(routes -> {
            SplitDefinition split = split(routes, SEGMENTS + "&compression=lz4&maxInflightSize=128k").streaming()
                    .parallelProcessing();
            (stopOnException ? split.stopOnException() : split).process(exchange -> {
                if (calls.incrementAndGet() == 5) {
                    await().during(100, TimeUnit.MILLISECONDS).until(() -> true);
                    whenDone(exchange, failed);
                    throw new IOException("no space left");
                }
                if (calls.get() > 5) {
                    failed.await();
                    slowly(exchange);
                } else {
                    sink(exchange);
                }
            });
        });

        assertThat(send().getException()).hasStackTraceContaining("no space left");

        assertRolledBack(host.last());
        assertThat(delivered).doesNotContainKey(MANIFEST);
        assertThat(made.get()).as("of some eighty").isLessThan(40);
    }

    @Test
    void anAbortWakesWhoWaits() throws Exception {
        routes(routes -> split(routes, SEGMENTS + "&maxInflightSize=64k&backupTimeout=300").streaming().stopOnException()
                .to(ExchangePattern.InOnly, "seda:never"));

        Exchange exchange = send();

        assertThat(exchange.getException()).hasStackTraceContaining("it took longer than 300 ms (backupTimeout)");
        assertRolledBack(host.last());
        assertThat(made.get()).isLessThan(5);
    }

    @Test
    void stoppingTheComponentWakesWhoWaits() throws Exception {
        routes(routes -> split(routes, SEGMENTS + "&maxInflightSize=64k").streaming().stopOnException()
                .to(ExchangePattern.InOnly, "seda:never"));
        CompletableFuture<Exchange> done = CompletableFuture.supplyAsync(this::send);
        await().until(() -> made.get() > 0);

        component().stop();

        assertThat(done.get().getException()).hasStackTraceContaining("the component was stopped");
        assertRolledBack(host.last());
    }

    @Test
    void aTapThatIsSlowCounts() throws Exception {
        AtomicInteger tapped = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger waiting = new AtomicInteger();
        routes(routes -> {
            split(routes, SEGMENTS + "&maxInflightSize=128k").streaming().stopOnException()
                    .process(exchange -> most.accumulateAndGet(waiting.addAndGet(size(exchange.getMessage())), Math::max))
                    .wireTap("direct:tap").process(this::sink);
            routes.from("direct:tap").delay(10).process(exchange -> {
                tapped.incrementAndGet();
                waiting.addAndGet(-size(exchange.getMessage()));
            });
        });

        assertThat(send().getException()).isNull();

        assertCommitted(host.last());
        assertThat(most.get()).isLessThanOrEqualTo(2 * SEGMENT);
        await().until(() -> tapped.get() == made.get());
    }

    @Test
    void disksGoSideBySideAsFarAsTheirReadingsMay() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        routes(routes -> split(routes, "virtnbd:backup:vm1").streaming().stopOnException().parallelProcessing()
                .process(exchange -> {
                    if ("disk".equals(exchange.getMessage().getHeader(VirtNbdConstants.ARTIFACT))) {
                        both.countDown();
                        assertThat(both.await(60, TimeUnit.SECONDS)).isTrue();
                    }
                    sink(exchange);
                }));

        assertThat(send().getException()).isNull();

        assertCommitted(host.last());
        assertAllDelivered();
    }

    @ParameterizedTest
    @ValueSource(strings = {"unit=segment&segmentSize=64k", "unit=segment&segmentSize=64k&compression=lz4", "unit=disk",
        "unit=disk&compression=lz4"})
    void theOrderDoesNotMatter(String options) throws Exception {
        Random random = new Random(3);
        routes(routes -> {
            routes.errorHandler(routes.defaultErrorHandler().maximumRedeliveries(10).redeliveryDelay(1));
            split(routes, "virtnbd:backup:vm1?maxInflightSize=512k&" + options).streaming().stopOnException()
                    .parallelProcessing().process(exchange -> {
                        slowly(exchange);
                        boolean fails;
                        synchronized (random) {
                            fails = random.nextInt(4) == 0;
                        }
                        if (fails) {
                            throw new IOException("the connection broke");
                        }
                    });
        });

        assertThat(send().getException()).isNull();

        assertCommitted(host.last());
        assertAllDelivered();
    }
}
