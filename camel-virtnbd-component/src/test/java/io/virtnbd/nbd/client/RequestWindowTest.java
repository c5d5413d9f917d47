/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RequestWindowTest {

    private final RequestWindow window = new RequestWindow(2);

    private static PendingRequest<?> flush() {
        return new EffectRequest(CommandType.FLUSH, 0, 0, 0);
    }

    private static PendingRequest<?> write() {
        return new EffectRequest(CommandType.WRITE, 0, 0, 10, new Payload.OfBuffer(ByteBuffer.allocate(10)));
    }

    private PendingRequest<?> enqueued(PendingRequest<?> request) {
        assertThat(window.enqueue(request)).isNull();
        return request;
    }

    @Test
    void admitsInOrderUpToItsDepth() throws Exception {
        PendingRequest<?> first = enqueued(flush());
        PendingRequest<?> second = enqueued(flush());
        PendingRequest<?> third = enqueued(flush());
        assertThat(window.admit(null, true)).isSameAs(first);
        assertThat(window.admit(null, true)).isSameAs(second);
        assertThat(window.admit(null, true)).isNull();
        assertThat(window.load()).isEqualTo(3);
        assertThat(window.oldest()).isSameAs(first);
        assertThat(window.find(second.cookie())).isSameAs(second);
        window.release(first);
        assertThat(window.admit(null, true)).isSameAs(third);
        assertThatThrownBy(() -> window.find(first.cookie())).isInstanceOf(NbdProtocolException.class);
    }

    @Test
    void neverUsesACookieTwice() {
        Set<Long> cookies = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            PendingRequest<?> request = enqueued(flush());
            window.admit(null, true);
            assertThat(cookies.add(request.cookie())).isTrue();
            window.release(request);
        }
    }

    @Test
    void leavesPayloadsToTheirOwnSenders() {
        PendingRequest<?> write = enqueued(write());
        enqueued(flush());
        assertThat(window.admit(null, false)).isNull();
        assertThat(window.admit(write(), false)).isNull();
        assertThat(window.admit(write, false)).isSameAs(write);
    }

    @Test
    void admitsNothingToASenderThatMustNotWaitWhilePayloadsAreInFlight() {
        PendingRequest<?> write = enqueued(write());
        PendingRequest<?> flush = enqueued(flush());
        window.admit(write, false);
        assertThat(window.canAdmit(null, true)).isFalse();
        assertThat(window.admit(null, true)).isNull();
        window.release(write);
        assertThat(window.admit(null, true)).isSameAs(flush);
    }

    @Test
    void wakesASenderWhoseTurnComesBecauseAnotherRequestWasAdmitted() throws Exception {
        PendingRequest<?> first = enqueued(write());
        PendingRequest<?> second = enqueued(write());
        CompletableFuture<Void> turn = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                window.awaitTurn(second);
                turn.complete(null);
            } catch (Exception e) {
                turn.completeExceptionally(e);
            }
        });
        waiting.start();
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1))
                .until(() -> waiting.getState() == Thread.State.WAITING);
        assertThat(window.admit(first, false)).isSameAs(first);
        turn.get();
        assertThat(window.admit(second, false)).isSameAs(second);
    }

    @Test
    void keepsTheFirstCauseOfItsDeathAndGivesAllRequestsBack() {
        PendingRequest<?> inFlight = enqueued(flush());
        window.admit(null, true);
        PendingRequest<?> waiting = enqueued(flush());
        NbdProtocolException cause = new NbdProtocolException("first");
        assertThat(window.kill(cause)).isSameAs(cause);
        assertThat(window.kill(new NbdProtocolException("second"))).isSameAs(cause);
        assertThat(window.enqueue(flush())).isSameAs(cause);
        assertThat(window.admit(null, true)).isNull();
        assertThatThrownBy(() -> window.awaitTurn(waiting)).isSameAs(cause);
        assertThat(window.removeAll().toArray()).containsExactly(inFlight, waiting);
        assertThat(window.load()).isZero();
        assertThat(window.oldest()).isNull();
    }
}
