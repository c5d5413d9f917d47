/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static io.virtnbd.nbd.client.Peer.DONE;
import static io.virtnbd.nbd.client.Peer.FIRST_CONTEXT_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.NbdRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ExtentWalkerTest {

    private static final int BLOCK = 512;
    private static final NbdClientOptions TWO_CONTEXTS =
            NbdClientOptions.builder().metaContexts(List.of("a:a", "b:b")).build();

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private record Seen(long offset, long length, List<Integer> flags) {
    }

    private interface Answers {
        /** Lengths and flags by turns. */
        int[] answer(int context, long offset, long length);
    }

    private static List<Seen> walk(long size, int minimumBlock, NbdClientOptions options, long offset, long length,
            Answers answers) throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(Peer.FIXED);
            int contexts = peer.structuredAndContexts().size();
            peer.readOption();
            peer.infoBlockSize(minimumBlock, 65536, 1 << 25);
            peer.infoExport(size, Peer.ALL_FLAGS);
            peer.ack(7);
            Peer.Request request;
            while ((request = peer.readRequest()).type() == CommandType.BLOCK_STATUS) {
                assertThat(request.flags()).isZero();
                for (int i = 0; i < contexts; i++) {
                    peer.status(request.cookie(), i == contexts - 1 ? DONE : 0, FIRST_CONTEXT_ID + i,
                            answers.answer(i, request.offset(), Integer.toUnsignedLong(request.length())));
                }
            }
        }); NbdClient client = server.connect(options)) {
            List<Seen> seen = new ArrayList<>();
            ExtentWalker.walk(client, offset, length, (at, bytes, flags) -> {
                List<Integer> copy = new ArrayList<>();
                for (int flag : flags) {
                    copy.add(flag);
                }
                seen.add(new Seen(at, bytes, copy));
            });
            return seen;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void intersectsContextsWhateverPartOfThemTheServerTells(long seed) throws Exception {
        Random random = new Random(seed);
        int blocks = 2000;
        int[][] model = new int[2][blocks];
        for (int[] flags : model) {
            for (int block = 0, flag = 0; block < blocks; block++) {
                flag = random.nextInt(6) == 0 ? random.nextInt(4) : flag;
                flags[block] = flag;
            }
        }
        long size = (blocks - 1) * (long) BLOCK + 77;
        int first = random.nextInt(100);
        int last = random.nextBoolean() ? blocks : blocks - random.nextInt(100);
        long offset = first * (long) BLOCK;
        long length = Math.min(size, last * (long) BLOCK) - offset;
        List<Seen> seen = walk(size, BLOCK, TWO_CONTEXTS, offset, length,
                (context, at, bytes) -> tellSome(random, model[context], (int) (at / BLOCK), bytes));

        long at = offset;
        Seen before = null;
        for (Seen extent : seen) {
            assertThat(extent.offset()).as("seed %d", seed).isEqualTo(at);
            for (long block = at / BLOCK; block * BLOCK < at + extent.length(); block++) {
                assertThat(extent.flags()).as("seed %d, block %d", seed, block)
                        .containsExactly(model[0][(int) block], model[1][(int) block]);
            }
            if (before != null) {
                assertThat(extent.flags()).as("seed %d: neighbours are merged", seed).isNotEqualTo(before.flags());
            }
            at += extent.length();
            before = extent;
        }
        assertThat(at).as("seed %d", seed).isEqualTo(offset + length);
    }

    /** Up to ten extents from a block on, sometimes cut, sometimes reaching past the end of the query. */
    private static int[] tellSome(Random random, int[] flags, int from, long length) {
        List<Integer> answer = new ArrayList<>();
        int block = from;
        for (int extents = 1 + random.nextInt(10); extents > 0 && (block - from) * (long) BLOCK < length; extents--) {
            int start = block++;
            while (block < flags.length && flags[block] == flags[start] && random.nextInt(20) != 0) {
                block++;
            }
            answer.add((block - start) * BLOCK);
            answer.add(flags[start]);
        }
        return answer.stream().mapToInt(Integer::intValue).toArray();
    }

    @Test
    void walksOverTheLargestExportsInFewQueries() throws Exception {
        long size = 8L << 40;
        List<Seen> seen = walk(size, 65536, NbdClientOptions.defaults(), 0, size,
                (context, offset, length) -> new int[] {(int) length, 3});
        assertThat(seen).containsExactly(new Seen(0, size, List.of(3)));
    }

    @Test
    void usesWhatTheServerTellsBeyondTheQuery() throws Exception {
        int[] queries = {0};
        List<Seen> seen = walk(16L << 30, 1, NbdClientOptions.defaults(), 0, 16L << 30, (context, offset, length) -> {
            queries[0]++;
            return new int[] {-4096, 1};
        });
        assertThat(seen).containsExactly(new Seen(0, 16L << 30, List.of(1)));
        assertThat(queries[0]).isEqualTo(5);
    }

    @Test
    void doesNothingForAnEmptyExport() throws Exception {
        assertThat(walk(0, 1, NbdClientOptions.defaults(), 0, 0, (context, offset, length) -> new int[0])).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"-512,512", "0,1048577", "1048576,512", "1,512", "0,513"})
    void refusesRangesThatTheExportDoesNotHave(long offset, long length) {
        assertThatThrownBy(() -> walk(1 << 20, BLOCK, NbdClientOptions.defaults(), offset, length, null))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a walk of " + length + " bytes");
    }

    @Test
    void givesUpWhenAReplyDoesNotGetAMinimumBlockFurther() {
        assertThatThrownBy(() -> walk(1 << 20, BLOCK, TWO_CONTEXTS, 0, 1 << 20,
                (context, offset, length) -> new int[] {context == 0 ? 65536 : BLOCK - 1, 0}))
                .isInstanceOf(ExtentLimitException.class)
                .hasMessage("extents of export 'disk' were given up at 0: extents of only 511 bytes, which is less than the"
                        + " minimum block size 512");
    }

    @Test
    void givesUpWhenRepliesAreTooManyForTheRange() {
        assertThatThrownBy(() -> walk(1 << 20, 1, NbdClientOptions.defaults(), 0, 1 << 20,
                (context, offset, length) -> new int[] {1, (int) offset & 1}))
                .isInstanceOf(ExtentLimitException.class)
                .hasMessage("extents of export 'disk' were given up at 16400: more than 16400 replies, each of which told too"
                        + " little");
    }

    @Test
    void failsAsTheQueryFails() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(1 << 20);
            peer.error(peer.readRequest().cookie(), DONE, 5, "");
            peer.read();
        }); NbdClient client = server.connect()) {
            assertThatThrownBy(() -> ExtentWalker.walk(client, 0, 1 << 20, (offset, length, flags) -> { }))
                    .isInstanceOf(NbdRequestException.class);
        }
    }

    @Test
    void needsAMetaContext() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.simpleHandshake(1 << 20);
            peer.read();
        }); NbdClient client = server.connect()) {
            assertThatThrownBy(() -> ExtentWalker.walk(client, 0, 1 << 20, (offset, length, flags) -> { }))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }
}
