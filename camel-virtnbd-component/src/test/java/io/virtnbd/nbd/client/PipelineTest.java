/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static io.virtnbd.nbd.client.Peer.DONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.NbdRequestException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class PipelineTest {

    private static final int SIZE = 64 << 20;

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private static NbdClientOptions depth(int depth) {
        return NbdClientOptions.builder().pipelineDepth(depth).build();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 128})
    @SuppressWarnings("try")
    void keepsExactlyAsManyRequestsInFlightAsThePipelineIsDeep(int depth) throws Exception {
        int total = depth + 40;
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            List<Peer.Request> open = new ArrayList<>();
            for (int answered = 0; answered < total; answered++) {
                while (open.size() < depth && answered + open.size() < total) {
                    open.add(peer.readRequest());
                }
                peer.socket().setSoTimeout(1);
                try {
                    assertThat(peer.read()).as("nothing, as the pipeline is full").isEqualTo(-2);
                } catch (SocketTimeoutException e) {
                    peer.socket().setSoTimeout(0);
                }
                Peer.Request request = open.remove(answered * 7 % open.size());
                peer.data(request.cookie(), DONE, request.offset(), new byte[] {(byte) request.offset()});
            }
            assertThat(peer.readRequest().type()).isEqualTo(CommandType.DISC);
        }); NbdClient client = server.connect(depth(depth))) {
            List<ByteBuffer> targets = new ArrayList<>();
            List<CompletableFuture<Void>> reads = new ArrayList<>();
            for (int i = 0; i < total; i++) {
                targets.add(ByteBuffer.allocate(1));
                reads.add(client.read(i, targets.get(i)));
            }
            for (int i = 0; i < total; i++) {
                NbdClient.await(reads.get(i));
                assertThat(targets.get(i).get(0)).isEqualTo((byte) i);
            }
            client.close();
            server.awaitScripts();
        }
    }

    @Test
    void refillsFromCallbacks() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            while (true) {
                Peer.Request request = peer.readRequest();
                peer.data(request.cookie(), DONE, request.offset(), new byte[1]);
            }
        }); NbdClient client = server.connect()) {
            AtomicInteger left = new AtomicInteger(2000);
            CountDownLatch done = new CountDownLatch(4);
            for (int i = 0; i < 4; i++) {
                readAgain(client, left, done);
            }
            done.await();
        }
    }

    private static void readAgain(NbdClient client, AtomicInteger left, CountDownLatch done) {
        if (left.decrementAndGet() < 0) {
            done.countDown();
            return;
        }
        client.read(left.get(), ByteBuffer.allocate(1)).thenRun(() -> readAgain(client, left, done));
    }

    @Test
    void isUsedByManyThreadsAtOnce() throws Exception {
        int threads = 4;
        int rounds = 300;
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            while (true) {
                Peer.Request request = peer.readRequest();
                if (request.type() == CommandType.WRITE) {
                    assertThat(peer.readBytes(request.length())).containsOnly((int) request.offset() & 0x7f);
                    peer.simpleReply(0, request.cookie(), new byte[0]);
                } else if (request.type() == CommandType.READ) {
                    peer.data(request.cookie(), DONE, request.offset(), new byte[request.length()]);
                }
            }
        }); NbdClient client = server.connect(depth(5))) {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<CompletableFuture<Void>> ends = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                boolean writes = t % 2 == 0;
                CompletableFuture<Void> end = new CompletableFuture<>();
                ends.add(end);
                new Thread(() -> {
                    try {
                        start.await();
                        List<CompletableFuture<Void>> futures = new ArrayList<>();
                        for (int i = 0; i < rounds; i++) {
                            byte[] data = new byte[1 + i * 37 % 5000];
                            Arrays.fill(data, (byte) (i & 0x7f));
                            futures.add(writes ? client.write(i, ByteBuffer.wrap(data), 0)
                                    : client.read(i, ByteBuffer.wrap(data)));
                        }
                        for (CompletableFuture<Void> future : futures) {
                            NbdClient.await(future);
                        }
                        end.complete(null);
                    } catch (Throwable e) {
                        end.completeExceptionally(e);
                    }
                }).start();
            }
            for (CompletableFuture<Void> end : ends) {
                end.get();
            }
        }
    }

    /**
     * A server with bounded memory stops receiving while its replies are not taken. So a client whose receiving thread waits
     * for its turn to send, behind a payload that the server does not receive, would wait for ever.
     */
    @Test
    void goesOnReceivingWhileAPayloadIsStuck() throws Exception {
        int payload = 24 << 20;
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            Peer.Request first = peer.readRequest();
            Peer.Request second = peer.readRequest();
            Peer.Request write = peer.readRequest();
            assertThat(write.type()).isEqualTo(CommandType.WRITE);
            peer.data(first.cookie(), DONE, first.offset(), new byte[first.length()]);
            peer.data(second.cookie(), DONE, second.offset(), new byte[second.length()]);
            peer.readBytes(payload);
            peer.simpleReply(0, write.cookie(), new byte[0]);
            Peer.Request third = peer.readRequest();
            peer.data(third.cookie(), DONE, third.offset(), new byte[third.length()]);
            peer.read();
        }); NbdClient client = server.connect(depth(8))) {
            CompletableFuture<Void> third = client.read(0, ByteBuffer.allocate(payload))
                    .thenCompose(ignored -> client.read(2, ByteBuffer.allocate(1)));
            CompletableFuture<Void> second = client.read(1, ByteBuffer.allocate(payload));
            CompletableFuture<Void> write = client.write(0, ByteBuffer.allocate(payload), 0);
            NbdClient.await(second);
            NbdClient.await(write);
            NbdClient.await(third);
        }
    }

    @Test
    void writesWaitForTheirTurnInOrder() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            Peer.Request read = peer.readRequest();
            peer.data(read.cookie(), DONE, 0, new byte[1]);
            Peer.Request flush = peer.readRequest();
            assertThat(flush.type()).isEqualTo(CommandType.FLUSH);
            peer.simpleReply(0, flush.cookie(), new byte[0]);
            Peer.Request write = peer.readRequest();
            assertThat(write.type()).isEqualTo(CommandType.WRITE);
            assertThat(peer.readBytes(3)).containsExactly(1, 2, 3);
            peer.done(write.cookie());
            peer.read();
        }); NbdClient client = server.connect(depth(1))) {
            CompletableFuture<Void> read = client.read(0, ByteBuffer.allocate(1));
            CompletableFuture<Void> flush = client.flush();
            NbdClient.await(client.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}), 0));
            assertThat(read).isCompleted();
            assertThat(flush).isCompleted();
        }
    }

    @Test
    void refusesBlockingCallsOfTheReceivingThread() throws Exception {
        CountDownLatch attached = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            Peer.Request request = peer.readRequest();
            // a reply that came before would run what is attached on this thread
            assertThat(attached.await(60, TimeUnit.SECONDS)).isTrue();
            peer.data(request.cookie(), DONE, 0, new byte[1]);
            peer.read();
        }); NbdClient client = server.connect()) {
            CompletableFuture<Void> read = client.read(0, ByteBuffer.allocate(1));
            CompletableFuture<Void> reaction = read.thenRun(() -> {
                assertThatThrownBy(() -> client.write(0, ByteBuffer.allocate(1), 0)).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> NbdClient.await(new CompletableFuture<>())).isInstanceOf(IllegalStateException.class);
                throw new IllegalArgumentException("on " + Thread.currentThread().getName());
            });
            attached.countDown();
            assertThatThrownBy(reaction::join).hasMessageContaining("IllegalArgumentException: on ");
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void closingFailsOpenRequestsAndSaysGoodbye() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            peer.readRequest();
            Peer.Request last = peer.readRequest();
            assertThat(last).isEqualTo(new Peer.Request(0, CommandType.DISC, last.cookie(), 0, 0));
            assertThat(peer.read()).isEqualTo(-1);
        })) {
            NbdClient client = server.connect(depth(1));
            CompletableFuture<Void> inFlight = client.read(0, ByteBuffer.allocate(1));
            CompletableFuture<Void> waiting = client.read(0, ByteBuffer.allocate(1));
            client.close();
            client.close();
            for (CompletableFuture<Void> future : List.of(inFlight, waiting, client.flush())) {
                assertThatThrownBy(() -> NbdClient.await(future)).isInstanceOf(NbdProtocolException.class)
                        .hasMessageEndingWith("the client was closed");
            }
            assertThat(client.isOpen()).isFalse();
            server.awaitScripts();
        }
    }

    @Test
    void canBeClosedByItsOwnCallback() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            peer.data(peer.readRequest().cookie(), DONE, 0, new byte[1]);
            assertThat(peer.readRequest().type()).isEqualTo(CommandType.DISC);
        }); NbdClient client = server.connect()) {
            client.read(0, ByteBuffer.allocate(1)).thenRun(client::close).join();
            server.awaitScripts();
        }
    }

    @Test
    void disconnectsFromAServerThatShutsDown() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            peer.error(peer.readRequest().cookie(), DONE, 108, "bye");
            peer.readRequest();
            assertThat(peer.readRequest().type()).isEqualTo(CommandType.DISC);
            assertThat(peer.read()).isEqualTo(-1);
        }); NbdClient client = server.connect()) {
            CompletableFuture<Void> first = client.read(0, ByteBuffer.allocate(1));
            CompletableFuture<Void> second = client.read(0, ByteBuffer.allocate(1));
            assertThatThrownBy(() -> NbdClient.await(first)).isInstanceOf(NbdRequestException.class)
                    .hasMessageContaining("ESHUTDOWN");
            assertThatThrownBy(() -> NbdClient.await(second)).isInstanceOf(NbdProtocolException.class)
                    .hasMessageContaining("the server is shutting down");
            server.awaitScripts();
        }
    }

    @Test
    void spreadsRequestsOverConnectionsAndDiesAsAWhole() throws Exception {
        Set<Peer> used = ConcurrentHashMap.newKeySet();
        CountDownLatch allUsed = new CountDownLatch(3);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            peer.readRequest();
            if (used.add(peer)) {
                allUsed.countDown();
            }
            allUsed.await();
        })) {
            NbdClientOptions options = NbdClientOptions.builder().connections(3).build();
            try (NbdClient client = server.connect(options)) {
                List<CompletableFuture<Void>> reads = new ArrayList<>();
                for (int i = 0; i < 9; i++) {
                    reads.add(client.read(0, ByteBuffer.allocate(1)));
                }
                for (CompletableFuture<Void> read : reads) {
                    assertThatThrownBy(() -> NbdClient.await(read)).isInstanceOf(NbdProtocolException.class);
                }
                assertThat(used).hasSize(3);
                assertThat(client.isOpen()).isFalse();
            }
        }
    }

    @Test
    void opensOneConnectionWhereTheServerDoesNotAllowMore() throws Exception {
        AtomicInteger clients = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            clients.incrementAndGet();
            peer.greet(Peer.FIXED);
            peer.structuredAndContexts();
            peer.readOption();
            peer.infoExport(SIZE, 1);
            peer.ack(7);
            peer.read();
        }); NbdClient client = server.connect(NbdClientOptions.builder().connections(4).build())) {
            assertThat(client.export().canMultiConn()).isFalse();
            assertThat(clients).hasValue(1);
        }
    }

    @Test
    void refusesConnectionsThatDisagreeAboutTheExport() throws Exception {
        AtomicInteger clients = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE + clients.getAndIncrement());
            peer.read();
        })) {
            assertThatThrownBy(() -> server.connect(NbdClientOptions.builder().connections(2).build()))
                    .hasMessageContaining("describes the export differently");
        }
    }
}
