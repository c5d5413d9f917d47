/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultUnitOfWork;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class InflightLimitTest {

    private final CamelContext context = new DefaultCamelContext();
    private final InflightLimit limit = limit(Duration.ofHours(1), Duration.ofHours(1));
    private Thread waiter;

    private static InflightLimit limit(Duration begin, Duration stall) {
        return new InflightLimit("backup b.0 of web1", 100, begin, stall);
    }

    /** A message that is being delivered. */
    private InflightMessage begun(InflightLimit of, long size) throws InterruptedIOException {
        InflightMessage message = of.admit(size);
        begin(message);
        return message;
    }

    private void begin(InflightMessage message) {
        Exchange exchange = new DefaultExchange(context);
        exchange.getExchangeExtension().setUnitOfWork(new DefaultUnitOfWork(exchange));
        message.carriedBy(exchange);
    }

    /** Asks in another thread, and returns when that waits. */
    private CompletableFuture<InflightMessage> waiting(InflightLimit of, long size) {
        CompletableFuture<InflightMessage> result = new CompletableFuture<>();
        waiter = new Thread(() -> {
            try {
                result.complete(of.admit(size));
            } catch (InterruptedIOException e) {
                result.completeExceptionally(e);
            }
        });
        waiter.start();
        await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        return result;
    }

    @Test
    void admitsWhatFits() throws Exception {
        begun(limit, 60);

        assertThat(limit.admit(40)).isNotNull();
    }

    @Test
    void admitsASingleOneOfAnySize() throws Exception {
        assertThat(limit.admit(Long.MAX_VALUE)).isNotNull();
    }

    @Test
    void letsWaitUntilThereIsRoom() throws Exception {
        begun(limit, 60);
        InflightMessage second = begun(limit, 40);
        CompletableFuture<InflightMessage> third = waiting(limit, 40);

        second.release();

        assertThat(third.get()).isNotNull();
    }

    @Test
    void letsWaitUntilNothingIsOnItsWayWhereItNeverFits() throws Exception {
        InflightMessage first = begun(limit, 60);
        InflightMessage second = begun(limit, 40);
        CompletableFuture<InflightMessage> third = waiting(limit, 1000);

        first.release();
        await().during(50, TimeUnit.MILLISECONDS).until(() -> !third.isDone());
        second.release();

        assertThat(third.get()).isNotNull();
    }

    @Test
    void whatTurnsOutToBeSmallerMakesRoom() throws Exception {
        InflightMessage first = begun(limit, 100);
        CompletableFuture<InflightMessage> second = waiting(limit, 80);

        first.shrink(20);

        assertThat(second.get()).isNotNull();
    }

    @Test
    void countsUntilTheLastHolderHasLetGo() throws Exception {
        InflightMessage first = begun(limit, 100);
        first.retain();
        CompletableFuture<InflightMessage> second = waiting(limit, 80);

        first.release();
        await().during(50, TimeUnit.MILLISECONDS).until(() -> !second.isDone());
        first.release();

        assertThat(second.get()).isNotNull();
    }

    @Test
    void whatHasNoSizeNeverWaits() throws Exception {
        begun(limit, 1000);

        assertThat(limit.admit(0)).isNotNull();
    }

    @Test
    void nobodyWaitsOnceItIsCancelled() throws Exception {
        begun(limit, 100);
        CompletableFuture<InflightMessage> second = waiting(limit, 80);

        limit.cancel();

        assertThat(second.get()).isNull();
        assertThat(limit.admit(1)).isNull();
    }

    @Test
    void aWaiterCanBeInterrupted() throws Exception {
        begun(limit, 100);
        CompletableFuture<InflightMessage> second = waiting(limit, 80);

        waiter.interrupt();

        assertThatThrownBy(second::get).isInstanceOf(ExecutionException.class).cause()
                .isInstanceOf(InterruptedIOException.class).hasMessageContaining("100 bytes are on their way");
    }

    @Test
    void whatDoesNotBeginIsNotWaitedForAfterAMoment() throws Exception {
        InflightLimit impatient = limit(Duration.ofMillis(20), Duration.ofHours(1));
        impatient.admit(100);

        assertThat(impatient.admit(100)).isNotNull();
    }

    @Test
    void whatBeginsInTimeIsWaitedFor() throws Exception {
        InflightLimit patient = limit(Duration.ofSeconds(2), Duration.ofHours(1));
        InflightMessage first = patient.admit(100);
        CompletableFuture<InflightMessage> second = waiting(patient, 100);

        begin(first);

        await().during(2500, TimeUnit.MILLISECONDS).until(() -> !second.isDone());
        first.release();
        assertThat(second.get()).isNotNull();
    }

    @Test
    void whatHasComeToAHaltNoLongerCounts() throws Exception {
        InflightLimit impatient = limit(Duration.ofHours(1), Duration.ofMillis(20));
        InflightMessage lost = begun(impatient, 100);

        InflightMessage second = impatient.admit(100);
        assertThat(second).isNotNull();

        lost.release();
        begin(second);
        assertThat(impatient.admit(1)).as("after the second has come to a halt too").isNotNull();
    }

    @Test
    void whatIsAboutToBeginIsWaitedForHoweverLongOthersTook() throws Exception {
        InflightLimit of = limit(Duration.ofSeconds(1), Duration.ofHours(1));
        InflightMessage first = begun(of, 60);
        InflightMessage second = of.admit(40);
        CompletableFuture<InflightMessage> third = waiting(of, 80);

        await().pollDelay(1200, TimeUnit.MILLISECONDS).until(() -> !third.isDone());
        first.release();
        begin(second);
        await().during(50, TimeUnit.MILLISECONDS).until(() -> !third.isDone());
        second.release();

        assertThat(third.get()).isNotNull();
    }
}
