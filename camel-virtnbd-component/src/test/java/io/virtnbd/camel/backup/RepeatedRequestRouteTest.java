/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.DomainTestSupport;
import io.virtnbd.camel.ScriptedHost;
import io.virtnbd.camel.delivery.RepeatedBackup;
import io.virtnbd.camel.event.BackupCompletedEvent;
import io.virtnbd.camel.header.VirtNbdConstants;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.builder.ExpressionBuilder;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.processor.aggregate.GroupedExchangeAggregationStrategy;
import org.apache.camel.support.processor.idempotent.FileIdempotentRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that ask for a backup and are delivered twice. */
class RepeatedRequestRouteTest extends DomainTestSupport {

    private final List<Object> ids = new CopyOnWriteArrayList<>();

    private Exchange request(Map<String, Object> headers) {
        return template().send("direct:start", exchange -> headers.forEach(exchange.getMessage()::setHeader));
    }

    private Exchange request(Object id) {
        return request(Map.of(VirtNbdConstants.REQUEST_ID, id));
    }

    private void splitting(String endpoint) throws Exception {
        routes(routes -> routes.from("direct:start").to(endpoint).split().body().streaming().stopOnException()
                .process(this::deliver).process(exchange -> ids.add(String.valueOf(
                        exchange.getMessage().getHeader(VirtNbdConstants.REQUEST_ID)))));
    }

    private static void assertRepeated(Exchange exchange) {
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getHeaders()).containsEntry(VirtNbdConstants.DUPLICATE, true);
    }

    private static void assertMade(Exchange exchange) {
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getHeaders()).doesNotContainKey(VirtNbdConstants.DUPLICATE);
    }

    @Test
    void makeOneBackupAndTellOfItBothTimes() throws Exception {
        splitting("virtnbd:backup:vm1");

        Exchange first = request("r1");
        delivered.clear();
        ids.clear();
        Exchange second = request("r1");

        assertMade(first);
        assertRepeated(second);
        assertThat(second.getMessage().getHeaders()).containsEntry(VirtNbdConstants.DOMAIN, "vm1")
                .containsEntry(VirtNbdConstants.LEVEL, "inc").containsEntry(VirtNbdConstants.CHECKPOINT, "virtnbd.1")
                .containsEntry(VirtNbdConstants.PARENT_CHECKPOINT, "virtnbd.0")
                .containsEntry(VirtNbdConstants.CHAIN, "virtnbd.0")
                .containsEntry(VirtNbdConstants.REASON, ScriptedHost.REPEATED).containsEntry(VirtNbdConstants.REQUEST_ID, "r1");
        assertThat(second.getMessage().getBody()).isInstanceOf(RepeatedBackup.class)
                .hasToString("backup virtnbd.1 of vm1, made before");
        assertThat(delivered).isEmpty();
        assertThat(ids).isEmpty();
        assertThat(host.backups).hasSize(1);
        assertCommitted(host.last());
    }

    @Test
    void makeEachABackupWithIdsOfTheirOwnOrNone() throws Exception {
        splitting("virtnbd:backup:vm1");

        for (Object id : List.of("r1", "r2")) {
            assertMade(request(id));
        }
        assertMade(send());
        assertMade(send());

        assertThat(host.backups).hasSize(4).allSatisfy(this::assertCommitted);
        assertThat(host.options.get(2).requestId()).isEmpty();
    }

    @Test
    void makeABackupWhereTheFirstWasNotDelivered() throws Exception {
        List<Exchange> broken = new CopyOnWriteArrayList<>();
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .process(exchange -> {
                    if (broken.isEmpty()) {
                        broken.add(exchange);
                        throw new IOException("no space left");
                    }
                    deliver(exchange);
                }));

        assertThat(request("r1").getException()).isNotNull();
        assertRolledBack(host.last());
        assertMade(request("r1"));

        assertThat(host.backups).hasSize(2);
        assertCommitted(host.last());
    }

    @Test
    void haveTheirIdOnAllMessagesOfTheBackup() throws Exception {
        splitting("virtnbd:backup:vm1");

        request("r1");

        assertThat(ids).hasSize(ARTIFACTS.size()).containsOnly("r1");
    }

    /** Kafka's headers are bytes. */
    @Test
    void haveAnIdThatIsTextWhateverItCameAs() throws Exception {
        splitting("virtnbd:backup:vm1");

        Exchange first = request("größe".getBytes(StandardCharsets.UTF_8));
        Exchange second = request("größe");
        Exchange number = request(17L);

        assertThat(first.getMessage().getHeader(VirtNbdConstants.REQUEST_ID)).isEqualTo("größe");
        assertRepeated(second);
        assertThat(number.getMessage().getHeader(VirtNbdConstants.REQUEST_ID)).isEqualTo("17");
        assertThat(ids).contains("größe", "17").doesNotContain("null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb"})
    void areRefusedWithAnIdThatIsNone(String id) throws Exception {
        splitting("virtnbd:backup:vm1");

        assertThat(request(id).getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("header CamelVirtNbdRequestId").hasMessageContaining("expected 1 to 200 characters");

        assertThat(host.begun).isEmpty();
    }

    /** The second domain must not be left out because the route has one id. */
    @Test
    void makeABackupOfEachDomainOfARoute() throws Exception {
        listen();
        List<Object> duplicates = new CopyOnWriteArrayList<>();
        routes(routes -> {
            SplitDefinition first = routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming()
                    .stopOnException();
            first.process(this::deliver).end().process(exchange -> duplicates.add(duplicate(exchange)))
                    .to("virtnbd:backup:vm2").split().body().streaming().stopOnException().process(this::deliver).end()
                    .process(exchange -> duplicates.add(duplicate(exchange)));
        });

        host.script = backup -> {
            if (backup.description().domain().equals("vm2") && host.backups.size() == 1) {
                backup.commitFailure = new IOException("libvirt has gone");
            }
        };
        assertThat(request("r1").getException()).hasRootCauseMessage("libvirt has gone");
        assertMade(request("r1"));
        assertRepeated(request("r1"));

        assertThat(host.backups).extracting(backup -> backup.description().domain()).containsExactly("vm1", "vm2", "vm2");
        // a backup that was made does not look repeated because the one before it was
        assertThat(duplicates).containsExactly(false, true, false, true, true);
        assertThat(events).filteredOn(BackupCompletedEvent.class::isInstance).hasSize(2);
    }

    private static boolean duplicate(Exchange exchange) {
        return exchange.getMessage().getHeader(VirtNbdConstants.DUPLICATE, false, boolean.class);
    }

    @Test
    void leaveNoEventsWhereThereIsNoBackup() throws Exception {
        listen();
        splitting("virtnbd:backup:vm1");
        request("r1");
        assertThat(events).filteredOn(BackupCompletedEvent.class::isInstance).singleElement()
                .asString().contains("backup virtnbd.1 of vm1 for request r1 is committed");
        events.clear();

        assertRepeated(request("r1"));

        assertThat(events).isEmpty();
    }

    enum Split { STREAMING, WHOLE, PARALLEL, GROUPED, SHARED }

    @ParameterizedTest
    @EnumSource
    void canBeSplitInAnyWay(Split way) throws Exception {
        routes(routes -> {
            SplitDefinition split = routes.from("direct:start").to("virtnbd:backup:vm1").split().body();
            switch (way) {
                case STREAMING -> split.streaming().stopOnException();
                case WHOLE -> split.stopOnException();
                case PARALLEL -> split.streaming().parallelProcessing();
                case GROUPED -> split.streaming().aggregationStrategy(new GroupedExchangeAggregationStrategy());
                case SHARED -> split.streaming().shareUnitOfWork();
                default -> throw new AssertionError(way);
            }
            split.process(this::deliver).end().setProperty("after", ExpressionBuilder.constantExpression(true));
        });
        request("r1");
        delivered.clear();

        Exchange second = request("r1");

        assertRepeated(second);
        assertThat(second.getProperty("after")).isEqualTo(true);
        assertThat(delivered).isEmpty();
        assertThat(host.backups).hasSize(1);
    }

    @Test
    void leaveNothingThatCouldBeStoredAsABackup() throws Exception {
        splitting("virtnbd:backup:vm1");
        request("r1");
        routes(routes -> routes.from("direct:unsplit").to("virtnbd:backup:vm1").to("file:" + directory + "?fileName=backup"));

        Exchange second = template().send("direct:unsplit",
                exchange -> exchange.getMessage().setHeader(VirtNbdConstants.REQUEST_ID, "r1"));

        assertThat(second.getException()).isNotNull();
        assertThat(files()).isEmpty();
    }

    /** What a request says must not reach the next endpoint, whether or not there was a backup. */
    @Test
    void leaveNoHeadersThatOverrideOptions() throws Exception {
        splitting("virtnbd:backup:vm1");
        request("r1");

        Exchange second = request(Map.of(VirtNbdConstants.REQUEST_ID, "r1", VirtNbdConstants.DISKS, "vda",
                VirtNbdConstants.UNIT, "disk"));

        assertRepeated(second);
        assertThat(second.getMessage().getHeaders()).doesNotContainKeys(VirtNbdConstants.DISKS, VirtNbdConstants.UNIT);
    }

    @Test
    void areNotKnownAgainWithABareExport() throws Exception {
        splitting(backup(""));

        Exchange first = request(Map.of(VirtNbdConstants.REQUEST_ID, "r1", VirtNbdConstants.DUPLICATE, true));
        Exchange second = request("r1");

        assertMade(first);
        assertMade(second);
        assertThat(second.getMessage().getHeader(VirtNbdConstants.REQUEST_ID)).isEqualTo("r1");
        assertThat(ids).containsOnly("r1").hasSize(6);
        assertThat(request(" ").getException()).isInstanceOf(IllegalArgumentException.class);
    }

    /** As the page says. */
    @Test
    void areKnownAgainByTheIdempotentConsumerOfARouteThatHasABareExport() throws Exception {
        FileIdempotentRepository known = (FileIdempotentRepository) FileIdempotentRepository
                .fileIdempotentRepository(directory.resolve("requests.dat").toFile());
        List<Exchange> broken = new CopyOnWriteArrayList<>();
        routes(routes -> routes.from("direct:start")
                .idempotentConsumer(routes.header("JMSMessageID"), known).eager(false)
                .to(backup("")).split().body().streaming().stopOnException().process(exchange -> {
                    if (broken.isEmpty()) {
                        broken.add(exchange);
                        throw new IOException("no space left");
                    }
                    deliver(exchange);
                }));

        assertThat(request(Map.of("JMSMessageID", "ID:1")).getException()).isNotNull();
        assertThat(request(Map.of("JMSMessageID", "ID:1")).getException()).isNull();
        assertThat(delivered).hasSize(3);
        delivered.clear();
        assertThat(request(Map.of("JMSMessageID", "ID:1")).getException()).isNull();
        assertThat(delivered).isEmpty();
    }

    @Test
    void areNoneOfAScheduledBackup() throws Exception {
        routes(routes -> routes.from("virtnbd:backup:vm1?delay=1d&repeatCount=1&initialDelay=0").process(this::deliver)
                .process(exchange -> ids.add(String.valueOf(exchange.getMessage().getHeader(VirtNbdConstants.REQUEST_ID)))));

        await().until(() -> !host.backups.isEmpty() && host.last().closes.get() > 0);

        assertThat(host.options.get(0).requestId()).isEqualTo(Optional.empty());
        assertThat(ids).containsOnly("null");
    }
}
