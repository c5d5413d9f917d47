/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.OptionType;
import io.virtnbd.nbd.protocol.ReplyType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that send nonsense and then hang up: the client must end, with a typed error or because the nonsense made sense. */
@Timeout(120)
class HostileServerFuzzTest {

    private static final int ROUNDS = 40;

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private static void mutate(Random random, byte[] bytes) {
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (bytes[at] ^ 1 << random.nextInt(8));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void survivesNonsenseInTheNegotiation(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] stream = negotiation();
            mutate(random, stream);
            try (ScriptedServer server = new ScriptedServer(peer -> {
                peer.send(stream);
                peer.socket().shutdownOutput();
                while (peer.read() >= 0) {
                    // until the client goes
                }
            })) {
                try (NbdClient client = server.connect()) {
                    assertThat(client.export().size()).isNotNegative();
                } catch (NbdException e) {
                    assertThat(e).as("seed %d, round %d", seed, round).hasMessageStartingWith(server.uri().toString());
                }
                server.awaitScripts();
            }
        }
    }

    private static byte[] negotiation() {
        ByteBuffer stream = ByteBuffer.allocate(512);
        stream.putLong(0x4e42444d41474943L).putLong(0x49484156454F5054L).putShort((short) 3);
        reply(stream, OptionType.STRUCTURED_REPLY, OptionReplyType.ACK, new byte[0]);
        reply(stream, OptionType.SET_META_CONTEXT, OptionReplyType.META_CONTEXT,
                ByteBuffer.allocate(19).putInt(7).put("base:allocation".getBytes()).array());
        reply(stream, OptionType.SET_META_CONTEXT, OptionReplyType.ACK, new byte[0]);
        reply(stream, OptionType.GO, OptionReplyType.INFO,
                ByteBuffer.allocate(12).putShort((short) 0).putLong(1 << 20).putShort((short) Peer.ALL_FLAGS).array());
        reply(stream, OptionType.GO, OptionReplyType.INFO,
                ByteBuffer.allocate(14).putShort((short) 3).putInt(512).putInt(4096).putInt(1 << 25).array());
        reply(stream, OptionType.GO, OptionReplyType.ACK, new byte[0]);
        byte[] bytes = new byte[stream.position()];
        stream.flip().get(bytes);
        return bytes;
    }

    private static void reply(ByteBuffer stream, int option, int type, byte[] data) {
        stream.putLong(0x3e889045565a9L).putInt(option).putInt(type).putInt(data.length).put(data);
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34})
    void survivesNonsenseInReplies(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            try (ScriptedServer server = new ScriptedServer(peer -> {
                peer.handshake(1 << 20);
                byte[] stream = replies(peer.readRequest().cookie(), peer.readRequest().cookie(), peer.readRequest().cookie());
                mutate(random, stream);
                peer.send(stream);
                peer.socket().shutdownOutput();
                while (peer.read() >= 0) {
                    // until the client goes
                }
            }); NbdClient client = server.connect()) {
                List<CompletableFuture<?>> futures = new ArrayList<>();
                futures.add(client.read(0, ByteBuffer.allocate(1024)));
                futures.add(client.blockStatus(0, 65536));
                futures.add(client.flush());
                int failed = 0;
                for (CompletableFuture<?> future : futures) {
                    try {
                        future.get(60, TimeUnit.SECONDS);
                    } catch (ExecutionException e) {
                        failed++;
                        assertThat(e.getCause()).as("seed %d, round %d", seed, round).isInstanceOf(NbdException.class);
                        if (e.getCause() instanceof NbdProtocolException) {
                            assertThat(client.isOpen()).isFalse();
                        }
                    }
                }
                assertThat(failed).as("seed %d, round %d", seed, round).isBetween(0, 3);
                server.awaitScripts();
            }
        }
    }

    private static byte[] replies(long read, long status, long flush) throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.write(Peer.chunkBytes(read, 0, ReplyType.OFFSET_DATA, ByteBuffer.allocate(8 + 100).putLong(500).array()));
        stream.write(Peer.chunkBytes(status, Peer.DONE, ReplyType.BLOCK_STATUS,
                ByteBuffer.allocate(20).putInt(Peer.FIRST_CONTEXT_ID).putInt(4096).putInt(0).putInt(61440).putInt(3).array()));
        stream.write(Peer.chunkBytes(read, 0, ReplyType.OFFSET_HOLE, ByteBuffer.allocate(12).putLong(0).putInt(500).array()));
        stream.write(Peer.chunkBytes(flush, Peer.DONE, ReplyType.ERROR,
                ByteBuffer.allocate(9).putInt(5).putShort((short) 3).put("bad".getBytes()).array()));
        stream.write(Peer.chunkBytes(read, Peer.DONE, ReplyType.OFFSET_DATA,
                ByteBuffer.allocate(8 + 424).putLong(600).array()));
        return stream.toByteArray();
    }
}
