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
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.support.ScheduledPollConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scheduled backups of domains. */
class DomainConsumerTest extends DomainTestSupport {

    private final List<Throwable> pollErrors = new CopyOnWriteArrayList<>();
    private int endpoints;

    private String once(String name) {
        context().getRegistry().bind("errors", new PollErrors(pollErrors));
        return "virtnbd:backup:" + name + "?initialDelay=" + endpoints++ + "&repeatCount=1&exceptionHandler=#errors";
    }

    private ScheduledPollConsumer poller() {
        return (ScheduledPollConsumer) context().getRoutes().get(0).getConsumer();
    }

    @Test
    void commitsWhenAllWasDelivered() throws Exception {
        routes(routes -> routes.from(once("vm1")).process(exchange -> {
            deliver(exchange);
            assertThat(host.last().commits).hasValue(0);
        }));

        await().until(() -> !host.backups.isEmpty() && host.last().closes.get() == 1);
        assertCommitted(host.last());
        assertThat(delivered).containsOnlyKeys(ARTIFACTS);
        assertThat(pollErrors).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CommitTest.Handling.class)
    void aFailureOfAnyDeliveryIsNeverCommitted(CommitTest.Handling handling) throws Exception {
        for (int i = 0; i < ARTIFACTS.size(); i++) {
            String failing = ARTIFACTS.get(i);
            int polls = i + 1;
            delivered.clear();
            routes(routes -> {
                switch (handling) {
                    case HANDLED -> routes.onException(IOException.class).handled(true);
                    case CONTINUED -> routes.onException(IOException.class).continued(true);
                    case DEAD_LETTER -> routes.errorHandler(routes.deadLetterChannel("mock:dead"));
                    default -> { }
                }
                var route = routes.from(once("vm1"));
                if (handling == CommitTest.Handling.DO_TRY) {
                    route.doTry().process(exchange -> sink(exchange, failing)).doCatch(IOException.class).end();
                } else {
                    route.process(exchange -> sink(exchange, failing));
                }
            });

            await().until(() -> pollErrors.size() == polls);
            assertRolledBack(host.last());
            assertThat(delivered).containsOnlyKeys(ARTIFACTS.subList(0, i));
            assertThat(pollErrors.get(i)).isInstanceOf(IncompleteBackupException.class).hasRootCauseMessage("no space left");
        }
    }

    private void sink(Exchange exchange, String failing) throws Exception {
        if (failing.equals(name(exchange))) {
            throw new IOException("no space left");
        }
        deliver(exchange);
    }

    @Test
    void aCommitThatFailsFailsThePoll() throws Exception {
        host.script = backup -> backup.commitFailure = new IOException("libvirtd is gone");
        routes(routes -> routes.from(once("vm1")).process(this::deliver));

        await().until(() -> !pollErrors.isEmpty());
        assertThat(pollErrors.get(0)).hasMessageContaining("could not be committed").hasRootCauseMessage("libvirtd is gone");
        assertThat(host.last().commits).hasValue(1);
        assertThat(host.last().closes).hasValue(1);
    }

    @Test
    void aManifestThatNobodyReadsFailsThePoll() throws Exception {
        routes(routes -> routes.from(once("vm1")).filter(exchange -> !MANIFEST.equals(name(exchange))).process(this::deliver));

        await().until(() -> !pollErrors.isEmpty());
        assertThat(pollErrors.get(0)).hasMessageContaining("its last message was not delivered");
        assertRolledBack(host.last());
    }

    @Test
    void whatIsHandedToAnotherThreadIsCommittedThere() throws Exception {
        CountDownLatch polled = new CountDownLatch(1);
        routes(routes -> {
            routes.from("seda:sink?pollTimeout=20").process(exchange -> {
                assertThat(polled.await(60, TimeUnit.SECONDS)).isTrue();
                deliver(exchange);
            });
            routes.from(once("vm1")).to(ExchangePattern.InOnly, "seda:sink");
        });

        await().until(() -> context().getRoutes().get(1).getConsumer() instanceof ScheduledPollConsumer poller
                && poller.isFirstPollDone());
        assertThat(host.last().commits).hasValue(0);
        polled.countDown();

        await().until(() -> host.last().commits.get() == 1);
        assertCommitted(host.last());
        assertThat(pollErrors).isEmpty();
    }

    @Test
    void backsUpTheDomainsThatMatchOneAfterTheOtherAlsoWhenSomeFail() throws Exception {
        host.names = List.of("web-3", "db", "web-1", "web-2", "web-4");
        host.failures.put("web-1", new IOException("web-1 is migrating"));
        routes(routes -> routes.from(once("web-*")).process(exchange -> {
            if ("web-3.virtnbd.1.json".equals(name(exchange))) {
                throw new IOException("no space left");
            }
            deliver(exchange);
        }));

        await().until(() -> !pollErrors.isEmpty());
        assertThat(host.begun).containsExactly("web-1", "web-2", "web-3", "web-4");
        assertThat(host.backups).extracting(backup -> backup.commits.get()).containsExactly(1, 0, 1);
        assertThat(host.backups).extracting(backup -> backup.closes.get()).containsOnly(1);
        assertThat(pollErrors).singleElement().satisfies(error -> {
            assertThat(error).hasMessage("web-1 is migrating");
            assertThat(error.getSuppressed()).singleElement().satisfies(other ->
                    assertThat(other).hasMessageContaining("of web-3 is incomplete"));
        });
        await().untilAsserted(() -> assertThat(poller().getErrorCounter()).isEqualTo(1));
        assertThat(poller().getHealthCheck().call().getState()).isEqualTo(HealthCheck.State.DOWN);
    }

    @Test
    void aPatternThatMatchesNothingIsNoError() throws Exception {
        routes(routes -> routes.from(once("web-*")).process(this::deliver));

        await().until(() -> poller().isFirstPollDone());
        assertThat(pollErrors).isEmpty();
        assertThat(host.begun).isEmpty();
    }

    @Test
    void aNameThatIsNoDomainIsAnError() throws Exception {
        host.failures.put("vm2", new IOException("there is no domain vm2"));
        routes(routes -> routes.from(once("vm2")).process(this::deliver));

        await().until(() -> !pollErrors.isEmpty());
        assertThat(pollErrors.get(0)).hasMessage("there is no domain vm2");
    }

    @Test
    void aRouteThatStopsEndsTheBackupAndBeginsNoOther() throws Exception {
        host.names = List.of("web-1", "web-2");
        routes(routes -> routes.from(once("web-*")).process(exchange -> {
            deliver(exchange);
            new Thread(() -> poller().stop()).start();
            await().until(() -> !poller().isRunAllowed());
        }));

        await().until(() -> !host.backups.isEmpty() && host.last().closes.get() == 1);
        assertRolledBack(host.last());
        assertThat(host.begun).containsExactly("web-1");
    }

    @Test
    void aRouteThatIsSuspendedFinishesTheBackupAndBeginsNoOther() throws Exception {
        host.names = List.of("web-1", "web-2");
        routes(routes -> routes.from(once("web-*")).process(exchange -> {
            deliver(exchange);
            poller().suspend();
        }));

        await().until(() -> !host.backups.isEmpty() && host.last().closes.get() == 1);
        await().during(300, TimeUnit.MILLISECONDS).until(() -> host.begun.equals(List.of("web-1")));
        assertCommitted(host.last());
    }

    @Test
    void isScheduledByQuartzToo() throws Exception {
        routes(routes -> routes.from("virtnbd:backup:vm1?scheduler=quartz&scheduler.cron=0/1+*+*+*+*+?")
                .process(this::deliver));

        await().until(() -> host.backups.stream().filter(backup -> backup.commits.get() == 1)
                .count() >= 2);
    }

    @Test
    void cleansUpWhatAKilledBackupHasLeftWhenItStarts() throws Exception {
        host.names = List.of("web-1", "web-2", "db");
        host.failures.put("web-1", new IOException("web-1 is migrating"));
        routes(routes -> routes.from("virtnbd:backup:web-*?initialDelay=1h").process(this::deliver));

        await().untilAsserted(() -> assertThat(host.recovered).containsExactly("web-1", "web-2"));
        assertThat(host.begun).isEmpty();
    }

    @Test
    void aProducerCleansUpTooWhereItsDomainIsFixed() throws Exception {
        routes(routes -> {
            routes.from("direct:start").to("virtnbd:backup:vm1").to("virtnbd:backup").to("virtnbd:verify:vm2")
                    .to("virtnbd:backup:vm3?nbdUri=nbd://host");
        });

        await().untilAsserted(() -> assertThat(host.recovered).containsExactly("vm1"));
    }
}
