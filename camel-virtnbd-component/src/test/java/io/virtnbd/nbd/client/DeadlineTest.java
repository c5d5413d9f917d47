/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static io.virtnbd.nbd.client.Peer.DONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.NbdProtocolException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DeadlineTest {

    private static final Duration SHORT = Duration.ofMillis(60);
    /** Long enough for a server that is to answer in time, on a machine that has much else to do. */
    private static final Duration AMPLE = Duration.ofSeconds(1);

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private static void drain(Peer peer) throws Exception {
        while (peer.read() >= 0) {
            // it only listens
        }
    }

    @Test
    void cutsAConnectionThatFallsSilent() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(4096);
            peer.data(peer.readRequest().cookie(), 0, 0, new byte[1]);
            drain(peer);
        }); NbdClient client = server.connect(NbdClientOptions.builder().idleTimeout(SHORT).build())) {
            assertThatThrownBy(() -> NbdClient.await(client.read(0, ByteBuffer.allocate(2))))
                    .isInstanceOf(NbdProtocolException.class)
                    .hasMessageEndingWith("nothing arrived for 60 ms while requests were open");
            server.awaitScripts();
        }
    }

    @Test
    void cutsAConnectionWhoseReplyOnlyTrickles() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(4096);
            long cookie = peer.readRequest().cookie();
            for (int i = 0; i < 4096; i++) {
                peer.data(cookie, 0, i, new byte[1]);
                Thread.sleep(2);
            }
        }); NbdClient client = server.connect(NbdClientOptions.builder().requestTimeout(SHORT).build())) {
            assertThatThrownBy(() -> NbdClient.await(client.read(0, ByteBuffer.allocate(4096))))
                    .isInstanceOf(NbdProtocolException.class)
                    .hasMessageEndingWith("READ of 4096 bytes at 0 was not answered within 60 ms");
        }
    }

    @Test
    void cutsAConnectionThatDoesNotTakeAPayload() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(64 << 20);
            peer.readRequest();
            over.await();
        }); NbdClient client = server.connect(NbdClientOptions.builder().idleTimeout(SHORT).build())) {
            assertThatThrownBy(() -> NbdClient.await(client.write(0, ByteBuffer.allocateDirect(32 << 20), 0)))
                    .isInstanceOf(NbdProtocolException.class).hasMessageContaining("nothing arrived for 60 ms");
            over.countDown();
        }
    }

    @Test
    void leavesAConnectionAloneThatHasNothingToDo() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(4096);
            peer.data(peer.readRequest().cookie(), DONE, 0, new byte[1]);
            drain(peer);
        }); NbdClient client = server.connect(NbdClientOptions.builder().idleTimeout(AMPLE).requestTimeout(AMPLE).build())) {
            Thread.sleep(AMPLE.toMillis() + 200);
            NbdClient.await(client.read(0, ByteBuffer.allocate(1)));
            Thread.sleep(AMPLE.toMillis() + 200);
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void hasPatienceWithAServerThatFlushes() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(4096);
            long cookie = peer.readRequest().cookie();
            Thread.sleep(3 * SHORT.toMillis());
            peer.done(cookie);
            drain(peer);
        }); NbdClient client = server.connect(NbdClientOptions.builder().idleTimeout(SHORT).requestTimeout(SHORT).build())) {
            NbdClient.await(client.flush());
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void cutsAConnectionThatFlushesForEver() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(4096);
            drain(peer);
        }); NbdClient client = server.connect(NbdClientOptions.builder().idleTimeout(SHORT).flushTimeout(SHORT).build())) {
            assertThatThrownBy(() -> NbdClient.await(client.flush())).isInstanceOf(NbdProtocolException.class)
                    .hasMessageEndingWith("FLUSH was not answered within 60 ms");
        }
    }
}
