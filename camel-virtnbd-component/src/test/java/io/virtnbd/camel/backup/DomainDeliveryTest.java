/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.DomainTestSupport;
import io.virtnbd.camel.delivery.DeliveryFailure;
import io.virtnbd.camel.event.BackupFailedEvent;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.model.MulticastDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What else a route can do with a domain's backup, and whether it is committed then. */
class DomainDeliveryTest extends DomainTestSupport {

    private static boolean isManifest(Exchange exchange) {
        return MANIFEST.equals(name(exchange));
    }

    @Test
    void aBackupThatIsNotSplitIsRolledBack() throws Exception {
        listen();
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1"));

        assertThat(send().getException()).isNull();

        assertRolledBack(host.last());
        assertThat(events.get(1)).isInstanceOfSatisfying(BackupFailedEvent.class, event -> assertThat(event.getCause())
                .hasMessage("backup virtnbd.1 of vm1 is incomplete: its last message was not delivered"));
    }

    @Test
    void aManifestThatIsFilteredOutIsNotDelivered() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .filter(exchange -> !isManifest(exchange)).process(this::deliver));

        assertThat(send().getException()).isNull();

        assertRolledBack(host.last());
    }

    @Test
    void theBodySaysAfterTheSplitWhetherTheBackupCounts() throws Exception {
        List<Boolean> committed = new ArrayList<>();
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1")
                .process(exchange -> committed.add(simple("${body.committed}", exchange)))
                .split().body().streaming().stopOnException()
                .filter(exchange -> committed.size() < 3 || !isManifest(exchange)).process(this::deliver).end().end()
                .process(exchange -> committed.add(simple("${body.committed}", exchange))));

        send();
        send();

        assertThat(committed).containsExactly(false, true, false, false);
    }

    private static boolean simple(String expression, Exchange exchange) {
        return exchange.getContext().resolveLanguage("simple").createExpression(expression).evaluate(exchange, Boolean.class);
    }

    @Test
    void aDiskThatIsFilteredOutIsNotDelivered() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .filter(exchange -> !"vdb.full.data".equals(name(exchange))).process(this::deliver));

        assertThat(send().getException()).hasStackTraceContaining("found not: vdb.full.data");

        assertRolledBack(host.last());
    }

    @Test
    void aRouteThatStopsHasNotDeliveredTheRest() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .process(this::deliver).stop());

        send();

        assertRolledBack(host.last());
        assertThat(delivered).hasSize(1);
    }

    @Test
    void aManifestThatWasReadButWhoseExchangeFailsThenIsNotDelivered() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .process(this::deliver)
                .filter(DomainDeliveryTest::isManifest).throwException(new IOException("cannot rename")));

        assertThat(send().getException()).hasRootCauseMessage("cannot rename");

        assertThat(delivered).containsKey(MANIFEST);
        assertRolledBack(host.last());
    }

    @Test
    void aRollbackOfAPartIsAFailure() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming()
                .process(this::deliver).filter(DomainDeliveryTest::isManifest).markRollbackOnly());

        Exchange exchange = send();

        assertThat(DeliveryFailure.of(exchange)).isNotNull();
        assertRolledBack(host.last());
    }

    @Test
    void aManifestThatIsRedeliveredIsCommittedOnce() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        routes(routes -> {
            routes.errorHandler(routes.defaultErrorHandler().maximumRedeliveries(3).redeliveryDelay(0));
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .process(exchange -> {
                        deliver(exchange);
                        if (isManifest(exchange) && attempts.incrementAndGet() < 3) {
                            assertThat(host.last().commits).hasValue(0);
                            throw new IOException("the connection broke");
                        }
                    });
        });

        assertThat(send().getException()).isNull();

        assertThat(attempts).hasValue(3);
        assertCommitted(host.last());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneOfTwoSinksThatFailsIsAFailure(boolean parallel) throws Exception {
        for (String failing : List.of(ARTIFACTS.get(0), MANIFEST)) {
            for (boolean handled : List.of(false, true)) {
                String start = "direct:" + failing + handled;
                String other = start + "-other";
                routes(routes -> {
                    MulticastDefinition sinks = routes.from(start).to("virtnbd:backup:vm1").split().body().streaming()
                            .stopOnException().multicast();
                    (parallel ? sinks.parallelProcessing() : sinks).to(other, "direct:sink" + start);
                    routes.from(other).onException(IOException.class).handled(handled).end()
                            .filter(exchange -> failing.equals(name(exchange)))
                            .throwException(new IOException("no space left"));
                    routes.from("direct:sink" + start).process(this::deliver);
                });

                template().send(start, exchange -> { });

                assertRolledBack(host.last());
            }
        }
    }

    @Test
    void twoSinksThatBothSucceedHaveItCommitted() throws Exception {
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .multicast().parallelProcessing().to("direct:one", "direct:other");
            routes.from("direct:one").process(this::deliver);
            routes.from("direct:other").process(exchange -> exchange.getMessage().getBody(InputStream.class).readAllBytes());
        });

        assertThat(send().getException()).isNull();

        assertCommitted(host.last());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void partsHandedToAnotherThreadAreCommittedWhereTheyAreDelivered(boolean fails) throws Exception {
        CountDownLatch routeIsDone = new CountDownLatch(1);
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .to(ExchangePattern.InOnly, "seda:sink");
            routes.from("seda:sink?pollTimeout=20").process(exchange -> {
                assertThat(routeIsDone.await(60, TimeUnit.SECONDS)).isTrue();
                if (fails && "vdb.full.data".equals(name(exchange))) {
                    throw new IOException("no space left");
                }
                deliver(exchange);
            });
        });

        assertThat(send().getException()).isNull();
        assertThat(host.last().commits).hasValue(0);
        assertThat(host.last().closes).hasValue(0);
        routeIsDone.countDown();

        await().untilAsserted(() -> assertThat(host.last().closes).hasValue(1));
        assertThat(host.last().commits).hasValue(fails ? 0 : 1);
    }

    @Test
    void aBackupSplitInAnotherThreadIsCommittedThere() throws Exception {
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").to(ExchangePattern.InOnly, "seda:split");
            routes.from("seda:split?pollTimeout=20").split().body().streaming().stopOnException().process(this::deliver);
        });

        assertThat(send().getException()).isNull();

        await().untilAsserted(() -> assertThat(host.last().commits).hasValue(1));
        assertCommitted(host.last());
    }

    @Test
    void aHandledFailureFailsTheSplitInAnotherThreadToo() throws Exception {
        List<Exchange> split = new ArrayList<>();
        routes(routes -> {
            routes.onException(IOException.class).onWhen(routes.exceptionMessage().isEqualTo("no space left")).handled(true);
            routes.from("direct:start").to("virtnbd:backup:vm1").to(ExchangePattern.InOnly, "seda:split");
            routes.from("seda:split?pollTimeout=20").process(split::add).split().body().streaming().process(exchange -> {
                throw new IOException("no space left");
            });
        });

        assertThat(send().getException()).isNull();

        await().until(() -> !host.backups.isEmpty() && host.last().closes.get() == 1);
        assertRolledBack(host.last());
        assertThat(split.get(0).getException()).hasStackTraceContaining("the delivery of vda.inc.virtnbd.1.data failed");
    }

    @Test
    void aTapThatFailsDoesNotCount() throws Exception {
        CountDownLatch tapped = new CountDownLatch(ARTIFACTS.size());
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .wireTap("direct:tap").process(this::deliver);
            routes.from("direct:tap").process(exchange -> {
                tapped.countDown();
                throw new IOException("no space left");
            });
        });

        assertThat(send().getException()).isNull();

        assertThat(tapped.await(60, TimeUnit.SECONDS)).isTrue();
        assertCommitted(host.last());
    }

    @Test
    void whatOnlyATapHasReadIsNotDelivered() throws Exception {
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .wireTap("direct:tap").end().filter(exchange -> !isManifest(exchange)).process(this::deliver);
            routes.from("direct:tap").delay(200).process(exchange -> exchange.getMessage().getBody(InputStream.class)
                    .readAllBytes());
        });

        send();

        assertRolledBack(host.last());
    }

    @Test
    void aBackupThatTakesTooLongIsEndedAndRolledBack() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1?backupTimeout=300").split().body().streaming()
                .stopOnException().process(exchange -> {
                    InputStream stream = exchange.getMessage().getBody(InputStream.class);
                    stream.readNBytes(100);
                    await().untilAsserted(() -> assertThat(host.last().closes).hasValue(1));
                    ended.countDown();
                    stream.readAllBytes();
                }));

        Exchange exchange = send();

        assertThat(ended.getCount()).isZero();
        assertThat(exchange.getException()).isNotNull();
        assertRolledBack(host.last());
        assertThat(host.last().closes).hasValue(1);
    }

    @Test
    void aBackupThatTakesTooLongIsNotCommittedAlsoWhereNobodyNotices() throws Exception {
        Set<String> after = new ConcurrentSkipListSet<>();
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1?backupTimeout=300").split().body().streaming()
                .process(exchange -> {
                    deliver(exchange);
                    if (isManifest(exchange)) {
                        await().untilAsserted(() -> assertThat(host.last().closes).hasValue(1));
                    }
                }).end().process(exchange -> after.add("went on")));

        assertThat(send().getException()).hasStackTraceContaining("it took longer than 300 ms (backupTimeout)");

        assertThat(after).isEmpty();
        assertRolledBack(host.last());
    }

    @Test
    void aBackupInTimeIsNotDisturbed() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1?backupTimeout=1h").split().body().streaming()
                .stopOnException().process(this::deliver));

        assertThat(send().getException()).isNull();

        assertCommitted(host.last());
    }

    @Test
    void aBackupThatCannotBeginFailsTheExchange() throws Exception {
        listen();
        host.failures.put("vm1", new IOException("vm1: no such domain"));
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1"));

        assertThat(send().getException()).hasMessage("vm1: no such domain");

        assertThat(events).singleElement().isInstanceOfSatisfying(BackupFailedEvent.class, event -> {
            assertThat(event.getDomain()).isEqualTo("vm1");
            assertThat(event.getBackup()).isEmpty();
            assertThat(event.getCause()).hasMessage("vm1: no such domain");
        });
    }

    @Test
    void whatCannotBeCleanedUpDoesNoOtherHarm() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .process(this::deliver));

        assertThat(send().getException()).isNull();
        host.last().close();

        assertThat(host.last().commits).hasValue(1);
        assertThatThrownBy(() -> host.last().disks().get(0).backup().disk().open()).isInstanceOf(IOException.class);
    }
}
