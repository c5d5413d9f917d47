/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.DomainTestSupport;
import io.virtnbd.camel.delivery.DeliveryFailure;
import io.virtnbd.camel.event.BackupFailedEvent;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.AggregationStrategies;
import org.apache.camel.support.MessageHelper;
import org.apache.camel.support.processor.DefaultExchangeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deliveries that fail where the exchange of the message does not show it, and readings that are no deliveries. */
class DomainHiddenFailureTest extends DomainTestSupport {

    private static boolean isManifest(Exchange exchange) {
        return MANIFEST.equals(name(exchange));
    }

    private void deliverAllBut(String failing, Exchange exchange) throws Exception {
        deliver(exchange);
        if (failing.equals(name(exchange))) {
            throw new IOException("no space left");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vdb.full.data", MANIFEST})
    void aBranchFailsWhoseStrategyDropsTheFailure(String failing) throws Exception {
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .multicast(AggregationStrategies.useOriginal(false)).to("direct:sink");
            routes.from("direct:sink").process(exchange -> deliverAllBut(failing, exchange));
        });

        Exchange exchange = send();

        assertThat(DeliveryFailure.of(exchange)).hasStackTraceContaining("no space left");
        assertRolledBack(host.last());
    }

    @ParameterizedTest
    @ValueSource(strings = {"vdb.full.data", MANIFEST})
    void anEnrichmentHandlesItsFailureAndTheStrategyDropsIt(String failing) throws Exception {
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .enrich("direct:sink", (original, resource) -> original);
            routes.from("direct:sink").onException(IOException.class).handled(true).end()
                    .process(exchange -> deliverAllBut(failing, exchange));
        });

        assertThat(DeliveryFailure.of(send())).hasStackTraceContaining("no space left");

        assertRolledBack(host.last());
    }

    @Test
    void aBranchFailsInASharedUnitOfWork() throws Exception {
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().shareUnitOfWork()
                    .multicast(AggregationStrategies.useOriginal(false)).to("direct:sink");
            routes.from("direct:sink").process(exchange -> deliverAllBut("vdb.full.data", exchange));
        });

        send();

        assertRolledBack(host.last());
    }

    @Test
    void aBranchThatIsRedeliveredHasDelivered() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        routes(routes -> {
            routes.errorHandler(routes.defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .multicast().stopOnException().to("direct:sink");
            // the failure is that of the whole multicast, which is redelivered
            routes.from("direct:sink").errorHandler(routes.noErrorHandler()).process(exchange -> {
                deliver(exchange);
                if (isManifest(exchange) && attempts.incrementAndGet() < 2) {
                    throw new IOException("the connection broke");
                }
            });
        });

        assertThat(send().getException()).isNull();

        assertThat(attempts).hasValue(2);
        assertCommitted(host.last());
    }

    @Test
    void whatATapHasReadIsNotDelivered() throws Exception {
        Set<String> tapped = ConcurrentHashMap.newKeySet();
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .wireTap("direct:tap").end()
                    .filter(exchange -> !isManifest(exchange))
                    .process(exchange -> await().until(() -> tapped.contains(name(exchange)))).end()
                    .filter(exchange -> !"vdb.full.data".equals(name(exchange))).process(this::deliver);
            routes.from("direct:tap").filter(exchange -> !isManifest(exchange))
                    .process(exchange -> {
                        exchange.getMessage().getMandatoryBody(InputStream.class).readAllBytes();
                        tapped.add(name(exchange));
                    });
        });

        assertThat(send().getException()).hasStackTraceContaining("found not: vdb.full.data");

        assertRolledBack(host.last());
    }

    @Test
    void whatALogShowsIsNotDelivered() throws Exception {
        DefaultExchangeFormatter formatter = new DefaultExchangeFormatter();
        StringBuilder shown = new StringBuilder();
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .process(exchange -> shown.append(formatter.format(exchange)).append(MessageHelper.dumpAsXml(exchange.getIn())))
                .filter(exchange -> !isManifest(exchange)).process(this::deliver));

        assertThat(send().getException()).isNull();

        assertRolledBack(host.last());
        assertThat(shown).contains("Body: " + MANIFEST, "Body: vmconfig.virtnbd.1.xml").doesNotContain("<domain/>");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTransactionAroundTheBackupComesFirst(boolean rolledBack) throws Exception {
        routes(routes -> routes.from("direct:start")
                .process(exchange -> exchange.getExchangeExtension().setTransacted(true))
                .to("virtnbd:backup:vm1").split().body().streaming().stopOnException().process(this::deliver).end()
                .process(exchange -> {
                    assertThat(host.last().commits).hasValue(0);
                    exchange.setRollbackOnly(rolledBack);
                }));

        assertThat(send().getException()).isNull();

        if (rolledBack) {
            assertRolledBack(host.last());
        } else {
            assertCommitted(host.last());
        }
    }

    @Test
    void messagesInAQueueOfAContextThatStopsAreLost() throws Exception {
        listen();
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .to(ExchangePattern.InOnly, "seda:nobody"));
        send();

        context().stop();

        assertRolledBack(host.last());
        assertThat(events.get(1)).isInstanceOfSatisfying(BackupFailedEvent.class, event -> assertThat(event.getCause())
                .hasMessage("backup virtnbd.1 of vm1 is incomplete: the component was stopped"));
    }

    /** With both, Camel tells of no part when it is done, and the manifest can be read before another one has failed. */
    @Test
    void aPartFailsAfterTheManifestInAParallelSharedUnitOfWork() throws Exception {
        CountDownLatch manifest = new CountDownLatch(1);
        CountDownLatch handled = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(ARTIFACTS.size() - 1);
        routes(routes -> routes.from("direct:start")
                .to("virtnbd:backup:vm1").split().body().streaming().parallelProcessing().shareUnitOfWork()
                .doTry().process(exchange -> {
                    if (isManifest(exchange)) {
                        others.await();
                        deliver(exchange);
                        manifest.countDown();
                        handled.await();
                        return;
                    }
                    deliver(exchange);
                    others.countDown();
                    if ("vdb.full.data".equals(name(exchange))) {
                        manifest.await();
                        throw new IOException("no space left");
                    }
                }).doCatch(IOException.class).process(exchange -> handled.countDown()));

        send();

        assertRolledBack(host.last());
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:sink", "seda:sink"})
    void anErrorOfTheCommitEndsTheBackup(String sink) throws Exception {
        host.script = backup -> backup.commitError = new UnsatisfiedLinkError("virDomainSetMetadata");
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                    .to(ExchangePattern.InOnly, sink);
            routes.from(sink).process(this::deliver);
        });

        Exchange exchange = send();

        await().untilAsserted(() -> assertThat(host.last().closes).hasValue(1));
        if (sink.startsWith("direct")) {
            assertThat(exchange.getException()).hasStackTraceContaining("could not be committed: virDomainSetMetadata");
        }
    }
}
