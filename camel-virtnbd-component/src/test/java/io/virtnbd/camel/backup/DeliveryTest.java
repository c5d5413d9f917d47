/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.delivery.ArtifactBody;
import io.virtnbd.camel.delivery.BackupBody;
import io.virtnbd.camel.delivery.IncompleteBackupException;
import io.virtnbd.chain.Manifest;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.NbdServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.UnitOfWorkHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a route can do to the messages of a backup, and what becomes of the backup then. */
class DeliveryTest extends RouteTestSupport {

    private static final String STREAM = "vda.copy.data";
    private static final String MANIFEST = "web1.virtnbd.0.json";

    private final Map<String, byte[]> delivered = new ConcurrentHashMap<>();

    private void deliver(Exchange exchange) throws Exception {
        byte[] content = exchange.getMessage().getMandatoryBody(InputStream.class).readAllBytes();
        delivered.put(exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class), content);
    }

    private static void breakOff(Exchange exchange) throws Exception {
        exchange.getMessage().getMandatoryBody(InputStream.class).readNBytes(200_000);
        throw new IOException("the sink broke off");
    }

    private static boolean is(Exchange exchange, String fileName) {
        return fileName.equals(exchange.getMessage().getHeader(Exchange.FILE_NAME));
    }

    private void assertDelivered() throws IOException {
        assertThat(applied(List.of(delivered.get(STREAM)))).isEqualTo(disk.content());
        Manifest manifest = Manifest.parse(delivered.get(MANIFEST));
        assertThat(manifest.artifacts().get(0).bytes()).isEqualTo(delivered.get(STREAM).length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "compression=lz4", "unit=segment&segmentSize=256k",
            "unit=segment&segmentSize=256k&compression=lz4"})
    void aSinkThatFailsTwiceMidwayGetsTheSameBytesTheThirdTime(String options) throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        routes(routes -> {
            routes.errorHandler(routes.defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
            routes.from("direct:start").to(backup(options)).split().body().streaming().stopOnException().process(exchange -> {
                if (attempts.incrementAndGet() % 3 != 0 && !is(exchange, MANIFEST)) {
                    breakOff(exchange);
                }
                deliver(exchange);
            });
        });

        assertThat(send().getException()).isNull();
        assertThat(delivered).containsKey(MANIFEST);
        assertThat(applied(delivered.entrySet().stream().filter(entry -> entry.getKey().endsWith(".data"))
                .sorted(Map.Entry.comparingByKey()).map(Map.Entry::getValue).toList())).isEqualTo(disk.content());
    }

    @Test
    void redeliveryToAFileEndsInTheIdenticalFile() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        routes(routes -> {
            routes.errorHandler(routes.defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
            routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException()
                    .process(exchange -> {
                        if (attempts.incrementAndGet() < 3) {
                            breakOff(exchange);
                        }
                    })
                    .to("file:" + directory + "?tempFileName=${file:name}.part");
        });

        assertThat(send().getException()).isNull();
        delivered.putAll(files());
        assertThat(delivered).hasSize(3);
        assertDelivered();
    }

    /** Here the file component is in the middle of its file when the delivery fails, as the disk cannot be read for a moment. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4"})
    void aFileThatBreaksOffMidwayIsWrittenAnewByRedelivery(String compression) throws Exception {
        byte[] content = disk.content();
        AtomicInteger failures = new AtomicInteger(2);
        Export moody = new Export() {
            @Override
            public long size() {
                return content.length;
            }

            @Override
            public void read(long offset, ByteBuffer target) throws IOException {
                if (offset > content.length / 2 && failures.getAndDecrement() > 0) {
                    throw new IOException("not now");
                }
                target.put(content, (int) offset, target.remaining());
            }
        };
        try (NbdServer server = NbdServer.builder().export("", moody).unixSocket(directory.resolve("moody")).build().start()) {
            routes(routes -> {
                routes.errorHandler(routes.defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
                routes.from("direct:start").to("virtnbd:backup:web1?compression=" + compression + "&nbdUri=" + server.uri(""))
                        .split().body().streaming().stopOnException()
                        .to("file:" + directory + "?tempFileName=${file:name}.part");
            });

            assertThat(send().getException()).isNull();
        }
        assertThat(failures).hasNegativeValue();
        delivered.putAll(files());
        assertThat(delivered).hasSize(3);
        assertDelivered();
    }

    @Test
    void aWireTapGetsTheWholeStreamAlsoAfterTheRouteIsDone() throws Exception {
        CountDownLatch routeIsDone = new CountDownLatch(1);
        routes(routes -> {
            routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException()
                    .wireTap("direct:tap").process(exchange -> exchange.getMessage().getBody(InputStream.class).readAllBytes());
            routes.from("direct:tap").process(exchange -> {
                assertThat(routeIsDone.await(60, TimeUnit.SECONDS)).isTrue();
                deliver(exchange);
            });
        });

        assertThat(send().getException()).isNull();
        routeIsDone.countDown();

        await().untilAsserted(() -> assertThat(delivered).containsKeys(STREAM, MANIFEST));
        assertDelivered();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyBranchOfAMulticastGetsTheWholeStream(boolean parallel) throws Exception {
        Map<String, byte[]> others = new ConcurrentHashMap<>();
        routes(routes -> {
            var multicast = routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException().multicast();
            (parallel ? multicast.parallelProcessing() : multicast).to("direct:one", "direct:other");
            routes.from("direct:one").process(this::deliver);
            routes.from("direct:other").process(exchange -> others.put(
                    exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class),
                    exchange.getMessage().getMandatoryBody(InputStream.class).readAllBytes()));
        });

        assertThat(send().getException()).isNull();
        assertDelivered();
        assertThat(others.get(STREAM)).isEqualTo(delivered.get(STREAM));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4"})
    void segmentsDeliveredInParallelAreFollowedByTheManifest(String options) throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("unit=segment&segmentSize=64k&compression=" + options))
                .split().body().streaming().parallelProcessing().stopOnException().process(this::deliver));

        assertThat(send().getException()).isNull();
        assertThat(Manifest.parse(delivered.get(MANIFEST)).artifacts()).hasSize(delivered.size() - 1);
        delivered.keySet().removeIf(name -> !name.endsWith(".data"));
        assertThat(applied(delivered.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(Map.Entry::getValue).toList()))
                .isEqualTo(disk.content());
    }

    @Test
    void partsHandedToAnotherThreadKeepTheBackupOpen() throws Exception {
        CountDownLatch routeIsDone = new CountDownLatch(1);
        routes(routes -> {
            routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException().to("seda:sink");
            routes.from("seda:sink?pollTimeout=20").process(exchange -> {
                assertThat(routeIsDone.await(60, TimeUnit.SECONDS)).isTrue();
                deliver(exchange);
            });
        });

        assertThat(send().getException()).isNull();
        routeIsDone.countDown();

        await().untilAsserted(() -> assertThat(delivered).containsKeys(STREAM, MANIFEST));
        assertDelivered();
    }

    @Test
    void partsWhoseCompletionIsHandedOverKeepTheBackupOpen() throws Exception {
        List<Exchange> taken = new ArrayList<>();
        List<ArtifactBody> bodies = new ArrayList<>();
        routes(routes -> routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException()
                .process(exchange -> {
                    taken.add(ExchangeHelper.createCorrelatedCopy(exchange, true));
                    bodies.add(exchange.getMessage().getBody(ArtifactBody.class));
                }));
        assertThat(send().getException()).isNull();

        for (Exchange exchange : taken) {
            deliver(exchange);
            UnitOfWorkHelper.doneSynchronizations(exchange, exchange.getExchangeExtension().handoverCompletions());
        }

        assertDelivered();
        assertThatThrownBy(() -> bodies.get(0).open()).hasMessageContaining("is closed");
    }

    @Test
    void aBackupSplitWithoutStreamingIsDeliveredToo() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")).split().body().stopOnException().process(this::deliver));

        assertThat(send().getException()).isNull();
        assertDelivered();
    }

    @Test
    void aSharedUnitOfWorkDoesNotKeepTheManifestWaiting() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException()
                .shareUnitOfWork()
                .process(this::deliver));

        assertThat(send().getException()).isNull();
        assertDelivered();
    }

    @Test
    void afterAFailureNothingMoreIsDelivered() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException()
                .process(exchange -> {
            if (is(exchange, STREAM)) {
                breakOff(exchange);
            }
            deliver(exchange);
        }));

        assertThat(send().getException()).hasStackTraceContaining("the sink broke off");
        assertThat(delivered).isEmpty();
    }

    @Test
    void afterAFailureThereIsNoManifestAlsoWhereTheSplitGoesOn() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")).split().body().process(exchange -> {
            if (is(exchange, STREAM)) {
                breakOff(exchange);
            }
            deliver(exchange);
        }));

        assertThat(send().getException()).hasStackTraceContaining("the sink broke off");
        assertThat(delivered).doesNotContainKey(MANIFEST);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHandledFailureFailsTheBackupAllTheSame(boolean stopOnException) throws Exception {
        routes(routes -> {
            routes.onException(IOException.class).onWhen(routes.header(Exchange.FILE_NAME).isEqualTo(STREAM)).handled(true)
                    .stop();
            var split = routes.from("direct:start").to(backup("")).split().body().streaming();
            (stopOnException ? split.stopOnException() : split).process(exchange -> {
                if (is(exchange, STREAM)) {
                    breakOff(exchange);
                }
                deliver(exchange);
            });
        });

        assertThat(send().getException()).hasStackTraceContaining("the delivery of vda.copy.data failed")
                .hasRootCauseMessage("the sink broke off");
        assertThat(delivered).doesNotContainKey(MANIFEST);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHandledFailureOfTheManifestFailsTheBackupToo(boolean stopOnException) throws Exception {
        routes(routes -> {
            routes.onException(IOException.class).onWhen(routes.header(Exchange.FILE_NAME).isEqualTo(MANIFEST)).handled(true);
            var split = routes.from("direct:start").to(backup("")).split().body().streaming();
            (stopOnException ? split.stopOnException() : split).process(exchange -> {
                if (is(exchange, MANIFEST)) {
                    breakOff(exchange);
                }
                deliver(exchange);
            });
        });

        assertThat(send().getException()).hasStackTraceContaining("the delivery of " + MANIFEST + " failed")
                .hasRootCauseMessage("the sink broke off");
    }

    @ParameterizedTest
    @CsvSource({"direct:sink,direct:dead", "direct:dead,direct:sink"})
    void aDeadLetterOfOneBranchOfAMulticastFailsTheBackupAllTheSame(String first, String second) throws Exception {
        routes(routes -> {
            routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException().multicast()
                    .to(first, second);
            routes.from("direct:sink").process(this::deliver);
            routes.from("direct:dead").errorHandler(routes.deadLetterChannel("mock:dead"))
                    .process(DeliveryTest::breakOff);
        });

        assertThat(send().getException()).hasStackTraceContaining("the delivery of vda.copy.data failed")
                .hasRootCauseMessage("the sink broke off");
        assertThat(delivered).doesNotContainKey(MANIFEST);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aContinuedFailureFailsTheBackupAllTheSame(boolean stopOnException) throws Exception {
        routes(routes -> {
            routes.onException(IOException.class).onWhen(routes.header(Exchange.FILE_NAME).isEqualTo(STREAM))
                    .maximumRedeliveries(1)
                    .redeliveryDelay(0).continued(true);
            var split = routes.from("direct:start").to(backup("")).split().body().streaming();
            (stopOnException ? split.stopOnException() : split).process(exchange -> {
                deliver(exchange);
                if (is(exchange, STREAM)) {
                    throw new IOException("could not rename the file");
                }
            });
        });

        assertThat(send().getException()).hasStackTraceContaining("the delivery of vda.copy.data failed");
        assertThat(delivered).doesNotContainKey(MANIFEST);
    }

    @Test
    void aFailureCaughtAfterARedeliveryFailsTheBackupAllTheSame() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        routes(routes -> {
            routes.errorHandler(routes.defaultErrorHandler().maximumRedeliveries(1).redeliveryDelay(0));
            routes.from("direct:start").to(backup("")).split().body().streaming()
                    .process(exchange -> {
                        if (attempts.getAndIncrement() == 0) {
                            breakOff(exchange);
                        }
                        deliver(exchange);
                    })
                    .doTry().to("direct:mirror").doCatch(IOException.class).end();
            routes.from("direct:mirror").errorHandler(routes.noErrorHandler()).process(exchange -> {
                throw new IOException("the mirror is down");
            });
        });

        assertThat(send().getException()).hasStackTraceContaining("the delivery of vda.copy.data failed");
        assertThat(delivered).doesNotContainKey(MANIFEST);
    }

    @Test
    void aCaughtFailureFailsTheBackupAllTheSame() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")).split().body().streaming()
                .doTry().process(exchange -> {
                    deliver(exchange);
                    if (is(exchange, STREAM)) {
                        throw new IOException("could not rename the file");
                    }
                }).doCatch(IOException.class).end());

        assertThat(send().getException()).hasStackTraceContaining("the delivery of vda.copy.data failed")
                .hasRootCauseMessage("could not rename the file");
        assertThat(delivered).doesNotContainKey(MANIFEST);
    }

    @Test
    void anArtifactThatNobodyReadLeavesTheManifestUnreadable() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException()
                .choice().when(routes.header(Exchange.FILE_NAME).isEqualTo(STREAM)).log("left out")
                .otherwise().process(this::deliver));

        assertThat(send().getException()).hasStackTraceContaining(IncompleteBackupException.class.getName())
                .hasStackTraceContaining("expected every artifact to be read to its end, found not: vda.copy.data");
        assertThat(delivered).doesNotContainKey(MANIFEST);
    }

    @Test
    void theBodyIsClosedWhenTheExchangeIsDone() throws Exception {
        AtomicReference<ArtifactBody> body = new AtomicReference<>();
        AtomicReference<InputStream> forgotten = new AtomicReference<>();
        AtomicReference<BackupBody> backup = new AtomicReference<>();
        routes(routes -> routes.from("direct:start").to(backup(""))
                .process(exchange -> backup.set(exchange.getMessage().getBody(BackupBody.class)))
                .split().body().streaming().filter(routes.header(Exchange.FILE_NAME).isEqualTo(STREAM))
                .process(exchange -> {
                    body.set(exchange.getMessage().getBody(ArtifactBody.class));
                    forgotten.set(exchange.getMessage().getBody(InputStream.class));
                    forgotten.get().read(new byte[100]);
                }));

        assertThat(send().getException()).isNull();

        assertThatThrownBy(() -> forgotten.get().read(new byte[100])).isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> body.get().open()).isInstanceOf(IOException.class)
                .hasMessage("backup virtnbd.0 of web1 is closed: the exchange that made it is done");
        assertThatThrownBy(() -> backup.get().iterator()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aBackupThatIsNotSplitIsClosedTooAndSaysSo() throws Exception {
        List<BackupBody> backups = new ArrayList<>();
        routes(routes -> routes.from("direct:start").to(backup(""))
                .process(exchange -> backups.add(exchange.getMessage().getBody(BackupBody.class))));

        assertThat(send().getException()).isNull();

        assertThatThrownBy(() -> backups.get(0).iterator()).isInstanceOf(IllegalStateException.class).hasMessage(
                "backup virtnbd.0 of web1 has ended with the exchange that made it; split the body in the same route");
    }
}
