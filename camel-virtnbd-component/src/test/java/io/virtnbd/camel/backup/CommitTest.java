/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.DomainTestSupport;
import io.virtnbd.camel.delivery.DeliveryFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.TryDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A backup is committed when everything was delivered, once, and in no other case: however a route splits, and deals with
 * errors.
 */
class CommitTest extends DomainTestSupport {

    /** What a route does with a failure of its sink. */
    enum Handling { NONE, HANDLED, CONTINUED, DEAD_LETTER, DO_TRY }

    /** How a route splits a backup. */
    enum Split { STOP, GO_ON, PARALLEL, PARALLEL_STOP, STRATEGY, STRATEGY_STOP, LIST, SHARED }

    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private String failing;

    private void sink(Exchange exchange) throws Exception {
        deliver(exchange);
        if (name(exchange).equals(failing)) {
            throw new IOException("no space left");
        }
        log.add(name(exchange));
    }

    private void route(Handling handling, Split split) throws Exception {
        routes(routes -> {
            handle(routes, handling);
            SplitDefinition parts = split(routes.from("direct:start").to("virtnbd:backup:vm1").split(routes.body()), split);
            deliver(parts, handling);
            parts.end().process(later());
        });
    }

    private static void handle(RouteBuilder routes, Handling handling) {
        switch (handling) {
            case HANDLED -> routes.onException(IOException.class).handled(true);
            // of the sink only: it would do so with the failure of the split, too
            case CONTINUED -> routes.onException(IOException.class)
                    .onWhen(routes.exceptionMessage().isEqualTo("no space left")).continued(true);
            case DEAD_LETTER -> routes.errorHandler(routes.deadLetterChannel("mock:dead").maximumRedeliveries(1)
                    .redeliveryDelay(0));
            default -> { }
        }
    }

    private static SplitDefinition split(SplitDefinition parts, Split split) {
        return switch (split) {
            case STOP -> parts.streaming().stopOnException();
            case GO_ON -> parts.streaming();
            case PARALLEL -> parts.streaming().parallelProcessing();
            case PARALLEL_STOP -> parts.streaming().parallelProcessing().stopOnException();
            // keeps the first part's exchange whatever becomes of the others
            case STRATEGY -> parts.streaming().aggregationStrategy((old, part) -> old == null ? part : old);
            case STRATEGY_STOP -> parts.streaming().stopOnException()
                    .aggregationStrategy((old, part) -> old == null ? part : old);
            case LIST -> parts;
            case SHARED -> parts.streaming().shareUnitOfWork();
        };
    }

    private void deliver(ProcessorDefinition<?> parts, Handling handling) {
        if (handling == Handling.DO_TRY) {
            TryDefinition attempt = parts.doTry();
            attempt.process(this::sink);
            attempt.doCatch(IOException.class).setBody().constant("caught").end();
        } else {
            parts.process(this::sink);
        }
    }

    private Processor later() {
        return exchange -> log.add("later, " + host.last().commits + " commits");
    }

    private static Stream<Arguments> all() {
        return Stream.of(Handling.values())
                .flatMap(handling -> Stream.of(Split.values()).map(split -> Arguments.of(handling, split)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void aFailureOfAnyDeliveryIsNeverCommitted(Handling handling, Split split) throws Exception {
        route(handling, split);
        for (String artifact : ARTIFACTS) {
            failing = artifact;
            log.clear();
            Exchange exchange = send();

            assertRolledBack(host.last());
            assertThat(log).doesNotContain(failing);
            assertThat(DeliveryFailure.of(exchange)).as(artifact).isNotNull();
            if (split != Split.SHARED && split != Split.LIST) {
                assertThat(log).as(artifact).noneMatch(entry -> entry.startsWith("later"));
            }
        }
        assertThat(host.backups).hasSize(ARTIFACTS.size());
    }

    @ParameterizedTest
    @EnumSource(Split.class)
    void aBackupThatIsDeliveredIsCommittedBeforeTheRouteGoesOn(Split split) throws Exception {
        route(Handling.NONE, split);

        Exchange exchange = send();

        assertThat(exchange.getException()).isNull();
        assertThat(delivered).containsOnlyKeys(ARTIFACTS);
        assertThat(log).endsWith("later, " + (split == Split.SHARED ? 0 : 1) + " commits");
        assertCommitted(host.last());
    }

    @ParameterizedTest
    @EnumSource(Split.class)
    void aCommitThatFailsFailsTheExchange(Split split) throws Exception {
        host.script = backup -> backup.commitFailure = new IOException("libvirtd is gone");
        route(Handling.NONE, split);

        Exchange exchange = send();

        if (split != Split.SHARED) {
            assertThat(log).noneMatch(entry -> entry.startsWith("later"));
        }
        assertThat(exchange.getException()).hasStackTraceContaining(
                "backup virtnbd.1 of vm1 is incomplete: all was delivered, but it could not be committed")
                .hasRootCauseMessage("libvirtd is gone");
        assertThat(host.last().commits).hasValue(1);
        assertThat(host.last().closes).hasValue(1);
    }

    @Test
    void whatFailsAfterTheCommitChangesNothing() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .process(this::sink).end().process(exchange -> {
                    throw new IOException("the mail server is down");
                }));

        assertThat(send().getException()).hasMessage("the mail server is down");
        assertCommitted(host.last());
    }
}
