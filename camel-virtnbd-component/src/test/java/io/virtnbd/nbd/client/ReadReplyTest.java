/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static io.virtnbd.nbd.client.Peer.DONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.NbdRequestException;
import io.virtnbd.nbd.protocol.ReplyType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ReadReplyTest {

    private static final int SIZE = 16384;
    private static final long OFFSET = 4096;
    private static final int LENGTH = 1024;

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    /** Replies to one request. */
    private interface Reply {
        void send(Peer peer, long cookie) throws Exception;
    }

    private static ScriptedServer serverThatReplies(Reply reply) throws Exception {
        return new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            reply.send(peer, peer.readRequest().cookie());
            while (peer.read() >= 0) {
                // until the client goes
            }
        });
    }

    /** The connection dies, that is: this request and every later one fail, quickly, and the server sees the end. */
    private static void assertKills(String reason, Reply reply) throws Exception {
        try (ScriptedServer server = serverThatReplies(reply); NbdClient client = server.connect()) {
            CompletableFuture<Void> read = client.read(OFFSET, ByteBuffer.allocate(LENGTH));
            assertThatThrownBy(() -> NbdClient.await(read)).isInstanceOf(NbdProtocolException.class)
                    .hasMessageContaining(reason);
            server.awaitScripts();
            assertThat(client.isOpen()).isFalse();
            assertThatThrownBy(() -> NbdClient.await(client.read(0, ByteBuffer.allocate(1))))
                    .isInstanceOf(NbdProtocolException.class).hasMessageContaining(reason);
        }
    }

    private static byte[] pattern(long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ((offset + i) * 31 >> 3);
        }
        return bytes;
    }

    /** Reads into the middle of a buffer that is full of garbage. */
    private static byte[] readWith(boolean direct, Reply reply) throws Exception {
        try (ScriptedServer server = serverThatReplies(reply); NbdClient client = server.connect()) {
            ByteBuffer target = direct ? ByteBuffer.allocateDirect(LENGTH + 20) : ByteBuffer.allocate(LENGTH + 20);
            while (target.hasRemaining()) {
                target.put((byte) 0x5a);
            }
            NbdClient.await(client.read(OFFSET, target.limit(LENGTH + 10).position(10)));
            assertThat(target.position()).isEqualTo(LENGTH + 10);
            assertThat(target.limit()).isEqualTo(LENGTH + 10);
            byte[] all = new byte[LENGTH + 20];
            target.clear().get(all);
            assertThat(Arrays.copyOf(all, 10)).containsOnly(0x5a);
            assertThat(Arrays.copyOfRange(all, LENGTH + 10, LENGTH + 20)).containsOnly(0x5a);
            return Arrays.copyOfRange(all, 10, LENGTH + 10);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesASingleChunk(boolean direct) throws Exception {
        assertThat(readWith(direct, (peer, cookie) -> peer.data(cookie, DONE, OFFSET, pattern(OFFSET, LENGTH))))
                .isEqualTo(pattern(OFFSET, LENGTH));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void assemblesChunksInAnyOrder(boolean direct) throws Exception {
        byte[] expected = pattern(OFFSET, LENGTH);
        Arrays.fill(expected, 300, 700, (byte) 0);
        assertThat(readWith(direct, (peer, cookie) -> {
            peer.data(cookie, 0, OFFSET + 1000, pattern(OFFSET + 1000, 24));
            peer.hole(cookie, 0, OFFSET + 300, 400);
            peer.data(cookie, 0, OFFSET, pattern(OFFSET, 300));
            peer.data(cookie, 0, OFFSET + 700, pattern(OFFSET + 700, 300));
            peer.done(cookie);
        })).isEqualTo(expected);
    }

    @Test
    void takesRepliesThatArriveByteByByte() throws Exception {
        assertThat(readWith(true, (peer, cookie) -> {
            byte[] reply = Peer.chunkBytes(cookie, DONE, ReplyType.OFFSET_DATA,
                    ByteBuffer.allocate(8 + LENGTH).putLong(OFFSET).put(pattern(OFFSET, LENGTH)).array());
            for (byte b : reply) {
                peer.send(new byte[] {b});
            }
        })).isEqualTo(pattern(OFFSET, LENGTH));
    }

    @Test
    void ignoresUnknownChunkFlags() throws Exception {
        assertThat(readWith(true, (peer, cookie) -> peer.data(cookie, 0xffff, OFFSET, pattern(OFFSET, LENGTH))))
                .isEqualTo(pattern(OFFSET, LENGTH));
    }

    @Test
    void takesSimpleRepliesWhereThereAreNoStructuredOnes() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.simpleHandshake(SIZE);
            peer.simpleReply(0, peer.readRequest().cookie(), pattern(OFFSET, LENGTH));
            peer.simpleReply(5, peer.readRequest().cookie(), new byte[0]);
            peer.read();
        }); NbdClient client = server.connect()) {
            ByteBuffer target = ByteBuffer.allocate(LENGTH);
            NbdClient.await(client.read(OFFSET, target));
            assertThat(target.array()).isEqualTo(pattern(OFFSET, LENGTH));
            assertThatThrownBy(() -> NbdClient.await(client.read(OFFSET, target.clear())))
                    .isInstanceOf(NbdRequestException.class)
                    .hasMessage("READ of 1024 bytes at 4096 failed: EIO (input/output error)");
            assertThat(target.position()).isZero();
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void keepsInterleavedRepliesApart() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            long first = peer.readRequest().cookie();
            long second = peer.readRequest().cookie();
            peer.data(second, 0, 512, pattern(512, 500));
            peer.data(first, 0, 0, pattern(0, 12));
            peer.data(second, DONE, 1012, pattern(1012, 12));
            peer.data(first, DONE, 12, pattern(12, 500));
            peer.read();
        }); NbdClient client = server.connect()) {
            ByteBuffer first = ByteBuffer.allocate(512);
            ByteBuffer second = ByteBuffer.allocate(512);
            CompletableFuture<Void> firstRead = client.read(0, first);
            NbdClient.await(client.read(512, second));
            NbdClient.await(firstRead);
            assertThat(first.array()).isEqualTo(pattern(0, 512));
            assertThat(second.array()).isEqualTo(pattern(512, 512));
        }
    }

    @Test
    void reportsTheFirstErrorAndKeepsTheConnection() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            long cookie = peer.readRequest().cookie();
            peer.data(cookie, 0, OFFSET, pattern(OFFSET, LENGTH));
            peer.chunk(cookie, 0, ReplyType.ERROR_OFFSET, ByteBuffer.allocate(17).putInt(28).putShort((short) 3)
                    .put("bad".getBytes()).putLong(OFFSET + 7).array());
            peer.error(cookie, 0, 5, "second");
            peer.done(cookie);
            cookie = peer.readRequest().cookie();
            peer.chunk(cookie, DONE, ReplyType.ERROR_BIT + 99, ByteBuffer.allocate(11).putInt(12345).array());
            peer.data(peer.readRequest().cookie(), DONE, OFFSET, pattern(OFFSET, LENGTH));
            peer.read();
        }); NbdClient client = server.connect()) {
            ByteBuffer target = ByteBuffer.allocate(LENGTH);
            assertThatThrownBy(() -> NbdClient.await(client.read(OFFSET, target))).isInstanceOf(NbdRequestException.class)
                    .hasMessage("READ of 1024 bytes at 4096 failed: ENOSPC (no space left on device): at offset 4103: bad")
                    .extracting(e -> ((NbdRequestException) e).errno()).isEqualTo(28);
            assertThatThrownBy(() -> NbdClient.await(client.read(OFFSET, target)))
                    .as("an error of unknown type").isInstanceOf(NbdRequestException.class).hasMessageContaining("error 12345");
            NbdClient.await(client.read(OFFSET, target));
            assertThat(target.array()).isEqualTo(pattern(OFFSET, LENGTH));
        }
    }

    @Test
    void refusesAWrongCookie() throws Exception {
        assertKills("belongs to no request in flight", (peer, cookie) -> peer.done(cookie + 256));
    }

    @Test
    void refusesACookieOutsideOfThePipeline() throws Exception {
        assertKills("belongs to no request in flight", (peer, cookie) -> peer.done(cookie + 200));
    }

    @Test
    void refusesAnAnswerToARequestThatIsOver() throws Exception {
        try (ScriptedServer server = serverThatReplies((peer, cookie) -> {
            peer.data(cookie, DONE, OFFSET, pattern(OFFSET, LENGTH));
            peer.readRequest();
            peer.data(cookie, DONE, OFFSET, pattern(OFFSET, LENGTH));
        }); NbdClient client = server.connect()) {
            NbdClient.await(client.read(OFFSET, ByteBuffer.allocate(LENGTH)));
            assertThatThrownBy(() -> NbdClient.await(client.read(OFFSET, ByteBuffer.allocate(LENGTH))))
                    .isInstanceOf(NbdProtocolException.class).hasMessageContaining("belongs to no request in flight");
        }
    }

    @Test
    void refusesAReplyThatNobodyAskedFor() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            peer.done(0);
            while (peer.read() >= 0) {
                // until the client goes
            }
        }); NbdClient client = server.connect()) {
            server.awaitScripts();
            assertThat(client.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"4095,1", "5119,2", "5120,1", "-1,1", "9223372036854775807,1", "4096,1025", "0,4096"})
    void refusesDataOutOfRange(long offset, int length) throws Exception {
        assertKills("which is out of range, empty or overlaps another",
                (peer, cookie) -> peer.data(cookie, DONE, offset, new byte[length]));
    }

    @ParameterizedTest
    @CsvSource({"4095,1", "5119,2", "4096,0", "4096,-1", "-1,4096", "5120,1"})
    void refusesHolesOutOfRange(long offset, int length) throws Exception {
        assertKills("which is out of range, empty or overlaps another",
                (peer, cookie) -> peer.hole(cookie, DONE, offset, length));
    }

    @ParameterizedTest
    @CsvSource({"4096,10,4105,10", "4200,10,4191,10", "4200,10,4200,10", "4200,10,4203,1", "4200,1,4100,500"})
    void refusesChunksThatOverlap(long first, int firstLength, long second, int secondLength) throws Exception {
        assertKills("overlaps another", (peer, cookie) -> {
            peer.data(cookie, 0, first, new byte[firstLength]);
            peer.hole(cookie, 0, second, secondLength);
        });
    }

    @Test
    void refusesSuccessWithoutAllOfTheData() throws Exception {
        assertKills("no data for offset 4606 and reports success", (peer, cookie) -> {
            peer.data(cookie, 0, OFFSET, new byte[510]);
            peer.data(cookie, DONE, OFFSET + 511, new byte[513]);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8})
    void refusesDataChunksWithoutData(int payload) throws Exception {
        assertKills("expected more than 8", (peer, cookie) -> peer.chunk(cookie, DONE, ReplyType.OFFSET_DATA,
                new byte[payload]));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 11, 13})
    void refusesHoleChunksOfTheWrongLength(int payload) throws Exception {
        assertKills("expected 12", (peer, cookie) -> peer.chunk(cookie, DONE, ReplyType.OFFSET_HOLE, new byte[payload]));
    }

    @ParameterizedTest
    @ValueSource(ints = {ReplyType.BLOCK_STATUS, ReplyType.BLOCK_STATUS_EXT, 3, 0x7fff})
    void refusesChunksOfUnknownOrUnexpectedType(int type) throws Exception {
        assertKills("a chunk of type " + type, (peer, cookie) -> peer.chunk(cookie, DONE, type, new byte[12]));
    }

    @Test
    void refusesANoneChunkThatIsNotTheLast() throws Exception {
        assertKills("a NONE chunk", (peer, cookie) -> peer.chunk(cookie, 0, ReplyType.NONE, new byte[0]));
    }

    @Test
    void refusesANoneChunkWithAPayload() throws Exception {
        assertKills("a NONE chunk", (peer, cookie) -> peer.chunk(cookie, DONE, ReplyType.NONE, new byte[1]));
    }

    @Test
    void refusesASimpleReplyWithDataWhereStructuredOnesWereNegotiated() throws Exception {
        assertKills("the form of a simple reply", (peer, cookie) -> peer.simpleReply(0, cookie, new byte[LENGTH]));
    }

    @Test
    void refusesAStructuredReplyWhereNoneWereNegotiated() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.simpleHandshake(SIZE);
            peer.data(peer.readRequest().cookie(), DONE, OFFSET, new byte[LENGTH]);
            peer.read();
        }); NbdClient client = server.connect()) {
            assertThatThrownBy(() -> NbdClient.await(client.read(OFFSET, ByteBuffer.allocate(LENGTH))))
                    .isInstanceOf(NbdProtocolException.class)
                    .hasMessageEndingWith("begins with 0x668e33ef, expected 0x67446698");
        }
    }

    @Test
    void refusesAReplyWithoutItsMagicNumber() throws Exception {
        assertKills("a reply begins with 0x", (peer, cookie) -> peer.send(new byte[64]));
    }

    @ParameterizedTest
    @CsvSource({"32769,5", "32769,0", "32770,13"})
    void refusesErrorChunksThatAreTooShort(int type, int payload) throws Exception {
        assertKills("error chunk has " + payload + " bytes of payload",
                (peer, cookie) -> peer.chunk(cookie, DONE, type, new byte[payload]));
    }

    @Test
    void refusesErrorChunksThatAreTooLong() throws Exception {
        assertKills("an error chunk with 4294967295 bytes of payload", (peer, cookie) -> peer.send(ByteBuffer.allocate(20)
                .putInt(Magic.STRUCTURED_REPLY).putShort((short) 1).putShort((short) ReplyType.ERROR)
                .putLong(cookie).putInt(-1)));
    }

    @Test
    void refusesAnErrorMessageThatIsLongerThanItsChunk() throws Exception {
        assertKills("has a message of 5 bytes", (peer, cookie) -> peer.chunk(cookie, DONE, ReplyType.ERROR,
                ByteBuffer.allocate(10).putInt(5).putShort((short) 5).array()));
    }

    @Test
    void refusesAnErrorThatIsNone() throws Exception {
        assertKills("error chunk says error 0", (peer, cookie) -> peer.error(cookie, DONE, 0, ""));
    }

    @ParameterizedTest
    @ValueSource(longs = {4095, 5120, -1})
    void refusesAnErrorOutOfRange(long offset) throws Exception {
        assertKills("an error at offset", (peer, cookie) -> peer.chunk(cookie, DONE, ReplyType.ERROR_OFFSET,
                ByteBuffer.allocate(14).putInt(5).putShort((short) 0).putLong(offset).array()));
    }

    @Test
    void refusesEndlessErrors() throws Exception {
        assertKills("has more than 1026 chunks", (peer, cookie) -> {
            while (true) {
                peer.error(cookie, 0, 5, "again");
            }
        });
    }

    @Test
    void refusesEndlessTinyChunks() throws Exception {
        try (ScriptedServer server = serverThatReplies((peer, cookie) -> {
            for (int i = 0; i < SIZE; i += 2) {
                peer.data(cookie, 0, i, new byte[1]);
            }
        }); NbdClient client = server.connect()) {
            assertThatThrownBy(() -> NbdClient.await(client.read(0, ByteBuffer.allocate(SIZE))))
                    .isInstanceOf(NbdProtocolException.class).hasMessageContaining("has more than 1056 chunks");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 19, 20, 27, 28, 500, 1051})
    void noticesAConnectionThatIsCutAnywhereInAReply(int sent) throws Exception {
        assertKills("the server closed the connection while requests were open", (peer, cookie) -> {
            peer.send(Arrays.copyOf(Peer.chunkBytes(cookie, DONE, ReplyType.OFFSET_DATA,
                    ByteBuffer.allocate(8 + LENGTH).putLong(OFFSET).array()), sent));
            peer.socket().shutdownOutput();
        });
    }
}
