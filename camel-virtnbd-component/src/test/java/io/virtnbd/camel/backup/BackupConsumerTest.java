/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.PollErrors;
import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.delivery.ArtifactBody;
import io.virtnbd.camel.delivery.IncompleteBackupException;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.ScheduledPollConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupConsumerTest extends RouteTestSupport {

    private final List<String> delivered = new CopyOnWriteArrayList<>();
    private final List<byte[]> contents = new CopyOnWriteArrayList<>();
    private final List<ArtifactBody> bodies = new CopyOnWriteArrayList<>();
    private final List<Throwable> pollErrors = new CopyOnWriteArrayList<>();

    private void deliver(Exchange exchange) throws Exception {
        if (exchange.getMessage().getBody() instanceof ArtifactBody body) {
            bodies.add(body);
        }
        contents.add(exchange.getMessage().getMandatoryBody(InputStream.class).readAllBytes());
        delivered.add(exchange.getMessage().getHeader(Exchange.FILE_NAME, exchange.getMessage().getHeader(
                VirtNbdConstants.FRAME_KIND), String.class));
    }

    /** The URI of a consumer that backs up once, at once, and gives poll errors to the test. */
    private String once(String options) {
        context().getRegistry().bind("errors", new PollErrors(pollErrors));
        return backup("initialDelay=0&repeatCount=1&exceptionHandler=#errors" + (options.isEmpty() ? "" : "&" + options));
    }

    private ScheduledPollConsumer poller() {
        Consumer consumer = context().getRoutes().get(0).getConsumer();
        return (ScheduledPollConsumer) consumer;
    }

    @Test
    void sendsEachArtifactInAnExchangeOfItsOwnInOrder() throws Exception {
        routes(routes -> routes.from(once("")).process(this::deliver));

        await().until(() -> delivered.size() == 3);
        assertThat(delivered).containsExactly("vda.copy.data", "vmconfig.virtnbd.0.xml", "web1.virtnbd.0.json");
        assertThat(applied(contents.subList(0, 1))).isEqualTo(disk.content());
        assertThat(Manifest.parse(contents.get(2)).artifacts()).hasSize(2);
        assertThat(pollErrors).isEmpty();
        await().untilAsserted(() -> assertThatThrownBy(() -> bodies.get(0).open()).hasMessageContaining("is closed"));
    }

    @Test
    void sendsSegmentsAndFrames() throws Exception {
        routes(routes -> routes.from(once("unit=segment&segmentSize=1m&compression=lz4")).process(this::deliver));
        await().until(() -> delivered.contains("web1.virtnbd.0.json"));
        assertThat(applied(contents.subList(0, contents.size() - 2))).isEqualTo(disk.content());
        delivered.clear();

        routes(routes -> routes.from(once("unit=frame&disk=vdb")).process(this::deliver));
        await().until(() -> delivered.contains("stop"));
        assertThat(delivered).startsWith("meta").doesNotContain("web1.virtnbd.0.json");
        assertThat(pollErrors).isEmpty();
    }

    @Test
    void backsUpAgainAtEachPoll() throws Exception {
        routes(routes -> routes.from(backup("initialDelay=0&delay=1&repeatCount=3&unit=segment")).process(this::deliver));

        await().until(() -> delivered.stream().filter("web1.virtnbd.0.json"::equals).count() == 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFirstFailureEndsTheBackupAndFailsThePoll(boolean handled) throws Exception {
        routes(routes -> {
            routes.onException(IOException.class).handled(handled).maximumRedeliveries(0)
                    .retriesExhaustedLogLevel(LoggingLevel.OFF);
            routes.from(once("")).process(exchange -> {
                delivered.add(exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class));
                bodies.add(exchange.getMessage().getBody(ArtifactBody.class));
                throw new IOException("no space left");
            });
        });

        await().until(() -> !pollErrors.isEmpty());
        assertThat(delivered).containsExactly("vda.copy.data");
        assertThat(pollErrors.get(0)).isInstanceOf(IncompleteBackupException.class).hasRootCauseMessage("no space left")
                .hasMessage("backup virtnbd.0 of web1 is incomplete: the delivery of vda.copy.data failed: no space left");
        assertThatThrownBy(() -> bodies.get(0).open()).hasMessageContaining("is closed");
        await().untilAsserted(() -> assertThat(poller().getErrorCounter()).isEqualTo(1));
    }

    @Test
    void aDeadLetterChannelDoesNotMakeAFailedBackupWhole() throws Exception {
        routes(routes -> {
            routes.errorHandler(routes.deadLetterChannel("mock:dead").maximumRedeliveries(1).redeliveryDelay(0));
            routes.from(once("")).process(exchange -> {
                throw new IOException("no space left");
            });
        });

        await().until(() -> !pollErrors.isEmpty());
        assertThat(pollErrors.get(0)).isInstanceOf(IncompleteBackupException.class);
        assertThat(getMockEndpoint("mock:dead").getReceivedCounter()).isEqualTo(1);
    }

    @Test
    void aRollbackEndsTheBackup() throws Exception {
        routes(routes -> routes.from(once("")).process(this::deliver).markRollbackOnly());

        await().until(() -> !pollErrors.isEmpty());
        assertThat(delivered).containsExactly("vda.copy.data");
        assertThat(pollErrors.get(0)).hasRootCauseInstanceOf(RollbackExchangeException.class);
    }

    @Test
    void aRedeliveryThatSucceedsLetsTheBackupGoOn() throws Exception {
        int[] attempts = new int[1];
        routes(routes -> {
            routes.errorHandler(routes.defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
            routes.from(once("")).process(exchange -> {
                if (attempts[0]++ < 2) {
                    exchange.getMessage().getBody(InputStream.class).readNBytes(100_000);
                    throw new IOException("the sink broke off");
                }
                deliver(exchange);
            });
        });

        await().until(() -> delivered.size() == 3);
        assertThat(applied(contents.subList(0, 1))).isEqualTo(disk.content());
        assertThat(pollErrors).isEmpty();
    }

    @Test
    void stoppingTheRouteEndsTheBackup() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        routes(routes -> routes.from(once("unit=segment&segmentSize=64k")).routeId("backup").process(exchange -> {
            deliver(exchange);
            if (delivered.size() == 2) {
                new Thread(() -> poller().stop()).start();
                await().until(() -> !poller().isRunAllowed());
                stopping.countDown();
            }
        }));

        assertThat(stopping.await(60, TimeUnit.SECONDS)).isTrue();
        await().untilAsserted(() -> assertThatThrownBy(() -> bodies.get(0).open()).hasMessageContaining("is closed"));
        assertThat(delivered).hasSize(2);
    }
}
