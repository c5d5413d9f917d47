/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static io.virtnbd.nbd.client.Peer.DONE;
import static io.virtnbd.nbd.client.Peer.FIRST_CONTEXT_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.NbdRequestException;
import io.virtnbd.nbd.protocol.ReplyType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class StatusReplyTest {

    private static final int SIZE = 1 << 20;
    private static final int A = FIRST_CONTEXT_ID;
    private static final int B = FIRST_CONTEXT_ID + 1;
    private static final NbdClientOptions OPTIONS =
            NbdClientOptions.builder().metaContexts(List.of("a:a", "b:b")).maxStatusExtents(100).build();

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private interface Reply {
        void send(Peer peer, long cookie) throws Exception;
    }

    private static BlockStatus status(Reply reply) throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            Peer.Request request = peer.readRequest();
            assertThat(request).isEqualTo(new Peer.Request(0, 7, request.cookie(), SIZE - 65536, 65536));
            reply.send(peer, request.cookie());
            peer.read();
        }); NbdClient client = server.connect(OPTIONS)) {
            return NbdClient.await(client.blockStatus(SIZE - 65536, 65536));
        }
    }

    private static void assertKills(String reason, Reply reply) {
        assertThatThrownBy(() -> status(reply)).isInstanceOf(NbdProtocolException.class).hasMessageContaining(reason);
    }

    @Test
    void takesContextsOfDifferentLengthInAnyOrder() throws Exception {
        BlockStatus status = status((peer, cookie) -> {
            peer.status(cookie, 0, B, 4096, 1);
            peer.status(cookie, DONE, A, 512, 3, 512, 3, 60000, -1);
        });
        assertThat(status.offset()).isEqualTo(SIZE - 65536);
        assertThat(status.covered()).isEqualTo(4096);
        ContextExtents a = status.contexts().get(0);
        assertThat(a.count()).isEqualTo(3);
        assertThat(a.total()).isEqualTo(61024);
        assertThat(a.length(2)).isEqualTo(60000);
        assertThat(a.flags(1)).isEqualTo(3);
        assertThat(a.flags(2)).isEqualTo(-1);
    }

    @Test
    void cutsWhatReachesPastTheEndOfTheExport() throws Exception {
        BlockStatus status = status((peer, cookie) -> {
            peer.status(cookie, 0, A, 65535, 1, -1, 0);
            peer.status(cookie, DONE, B, -1, 1);
        });
        assertThat(status.covered()).isEqualTo(65536);
        assertThat(status.contexts().get(0).length(1)).isEqualTo(0xffffffffL);
    }

    @Test
    void reportsErrors() {
        assertThatThrownBy(() -> status((peer, cookie) -> {
            peer.status(cookie, 0, A, 65536, 0);
            peer.error(cookie, DONE, 22, "no");
        })).isInstanceOf(NbdRequestException.class)
                .hasMessage("BLOCK_STATUS of 65536 bytes at 983040 failed: EINVAL (invalid argument): no");
        assertThatThrownBy(() -> status((peer, cookie) -> peer.simpleReply(5, cookie, new byte[0])))
                .isInstanceOf(NbdRequestException.class);
    }

    @Test
    void refusesAnUnknownContext() {
        assertKills("an unknown meta context id 76", (peer, cookie) -> peer.status(cookie, DONE, 76, 65536, 0));
    }

    @Test
    void refusesAContextThatComesTwice() {
        assertKills("twice the meta context id 77", (peer, cookie) -> {
            peer.status(cookie, 0, A, 65536, 0);
            peer.status(cookie, DONE, A, 65536, 0);
        });
    }

    @Test
    void refusesSuccessWithoutAllContexts() {
        assertKills("no extents of meta context b:b", (peer, cookie) -> peer.status(cookie, DONE, A, 65536, 0));
        assertKills("no extents of meta context a:a", (peer, cookie) -> peer.done(cookie));
    }

    @Test
    void refusesASimpleReplyThatReportsSuccess() {
        assertKills("a simple reply, which cannot have extents", (peer, cookie) -> peer.simpleReply(0, cookie, new byte[0]));
    }

    @Test
    void refusesEmptyExtents() {
        assertKills("extent 1 that is empty", (peer, cookie) -> peer.status(cookie, DONE, A, 512, 0, 0, 0, 512, 0));
    }

    @Test
    void refusesExtentsAfterTheEndOfTheRequest() {
        assertKills("extent 1 that is empty or begins after", (peer, cookie) -> peer.status(cookie, DONE, A, 65536, 0, 1, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 11, 13, 4 + 8 * 101})
    void refusesStatusChunksOfImpossibleLength(int length) {
        assertKills("a status chunk with " + length + " bytes",
                (peer, cookie) -> peer.chunk(cookie, DONE, ReplyType.BLOCK_STATUS, new byte[length]));
    }

    @ParameterizedTest
    @ValueSource(ints = {ReplyType.OFFSET_DATA, ReplyType.OFFSET_HOLE, ReplyType.BLOCK_STATUS_EXT, 4})
    void refusesOtherChunks(int type) {
        assertKills("a chunk of type " + type, (peer, cookie) -> peer.chunk(cookie, DONE, type, new byte[12]));
    }

    @Test
    void refusesEndlessChunks() {
        assertKills("has more than 18 chunks", (peer, cookie) -> {
            while (true) {
                peer.error(cookie, 0, 5, "");
            }
        });
    }
}
