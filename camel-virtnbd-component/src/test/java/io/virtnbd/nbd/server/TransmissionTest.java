/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.protocol.CommandFlags;
import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.ReplyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TransmissionTest {

    private static final long SIZE = 64L << 20;
    private static final int COOKIE = 0x1234;

    @TempDir
    Path directory;
    private final ScriptedExport export = new ScriptedExport(SIZE, false);
    private Path socket;
    private NbdServer server;

    @BeforeEach
    void startServer() throws IOException {
        socket = directory.resolve("s");
        server = NbdServer.builder().export("", export).unixSocket(socket).build().start();
    }

    @AfterEach
    void closeServer() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "5, 4096", "1, 524288", "77, 524289", "0, 33554432"})
    void readsWithSimpleReplies(long offset, int length) throws IOException {
        try (RawClient client = RawClient.transmitting(socket, false)) {
            client.request(0, CommandType.READ, COOKIE, offset, length);
            assertThat(client.simpleReply()).isEqualTo(new RawClient.SimpleReply(0, COOKIE));
            assertContent(offset, ByteBuffer.wrap(client.receive(length)));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0", "5, 4096, 0", "77, 524289, 0", "0, 33554432, 0", "5, 4096, 4", "0, 33554432, 4"})
    void readsWithStructuredReplies(long offset, int length, int flags) throws IOException {
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(flags, CommandType.READ, COOKIE, offset, length);
            assertThat(assertReplyHolds(client.chunks(), offset, length)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 65_536, 300_000, 999_999, Long.MAX_VALUE})
    void goesOnByReadingWhereTransferEnds(long limit) throws IOException {
        export.transferStep = 65_536;
        export.transferLimit = limit;
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(0, CommandType.READ, COOKIE, 3, 1_000_000);
            assertThat(assertReplyHolds(client.chunks(), 3, 1_000_000)).isEmpty();
        }
        assertThat(export.calls.isEmpty()).isEqualTo(limit == 0);
    }

    @Test
    void sendsHolesWithoutTheirZeroes() throws IOException {
        export.extents = List.of(
                new Extent(1000, 100_000, ExtentType.ZERO), new Extent(101_000, 50_000, ExtentType.DATA),
                new Extent(151_000, 10_000, ExtentType.ZERO), new Extent(161_000, 40_000, ExtentType.UNCHANGED),
                new Extent(201_000, 40_000, ExtentType.ZERO), new Extent(241_000, 1_000_000, ExtentType.ZERO));
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(0, CommandType.READ, COOKIE, 1000, 300_000);
            List<Extent> holes = assertReplyHolds(client.chunks(), 1000, 300_000);
            assertThat(holes).containsExactly(new Extent(1000, 100_000, ExtentType.ZERO),
                    new Extent(201_000, 100_000, ExtentType.ZERO));
        }
    }

    @Test
    void takesForDataWhatTheExportDoesNotReport() throws IOException {
        export.extents = List.of(new Extent(0, 50_000, ExtentType.ZERO));
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(0, CommandType.READ, COOKIE, 0, 60_000);
            assertThat(assertReplyHolds(client.chunks(), 0, 60_000)).containsExactly(new Extent(0, 50_000, ExtentType.ZERO));
        }
    }

    @Test
    void sendsASingleChunkWhenTheClientWantsNoFragments() throws IOException {
        export.extents = List.of(new Extent(0, 100_000, ExtentType.ZERO));
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(CommandFlags.DF, CommandType.READ, COOKIE, 0, 2_000_000);
            List<RawClient.Chunk> chunks = client.chunks();
            assertThat(chunks).filteredOn(chunk -> chunk.type() != ReplyType.NONE).hasSize(1);
            assertThat(assertReplyHolds(chunks, 0, 2_000_000)).isEmpty();
        }
    }

    @Test
    void reportsTheStatusOfARange() throws IOException {
        export.extents = List.of(
                new Extent(10, 90, ExtentType.DATA), new Extent(100, 10, ExtentType.UNCHANGED),
                new Extent(110, 1, ExtentType.ZERO), new Extent(111, 1000, ExtentType.ZERO));
        assertThat(status(0, 10, 200)).containsExactly(100, 0, 100, 3);
        assertThat(status(CommandFlags.REQ_ONE, 10, 200)).containsExactly(100, 0);
        assertThat(status(CommandFlags.REQ_ONE, 10, 50)).containsExactly(50, 0);
    }

    @Test
    void reportsDataWhereTheExportReportsNothing() throws IOException {
        export.extents = List.of();
        assertThat(status(0, 10, 200)).containsExactly(200, 0);
    }

    @Test
    void reportsOnlyWhatTheExportReports() throws IOException {
        export.extents = List.of(new Extent(0, 7, ExtentType.ZERO));
        assertThat(status(0, 0, 200)).containsExactly(7, 3);
    }

    @Test
    void boundsTheStatusOfManyExtents() throws IOException {
        List<Extent> many = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            many.add(new Extent(i, 1, i % 2 == 0 ? ExtentType.ZERO : ExtentType.DATA));
        }
        export.extents = many;
        assertThat(status(0, 0, 40_000)).hasSize(2 * StatusHandler.MAXIMUM_EXTENTS).startsWith(1, 3, 1, 0);
    }

    private int[] status(int flags, long offset, long length) throws IOException {
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(flags, CommandType.BLOCK_STATUS, COOKIE, offset, length);
            RawClient.Chunk chunk = client.chunk();
            assertThat(chunk.type()).isEqualTo(ReplyType.BLOCK_STATUS);
            assertThat(chunk.flags()).isEqualTo(ReplyType.FLAG_DONE);
            assertThat(chunk.payload().getInt()).isEqualTo(StatusHandler.ALLOCATION_ID);
            int[] descriptors = new int[chunk.payload().remaining() / 4];
            chunk.payload().asIntBuffer().get(descriptors);
            return descriptors;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void passesWritesOn(boolean structured) throws IOException {
        try (RawClient client = RawClient.transmitting(socket, structured)) {
            client.request(0, CommandType.WRITE, 1, 5, 600_000, new byte[600_000]);
            client.request(CommandFlags.FUA, CommandType.WRITE, 2, SIZE - 1, 1, new byte[1]);
            client.request(0, CommandType.WRITE_ZEROES, 3, 0, SIZE);
            client.request(CommandFlags.NO_HOLE | CommandFlags.FUA, CommandType.WRITE_ZEROES, 4, 1, 2);
            client.request(CommandFlags.FUA, CommandType.TRIM, 5, 7, 8);
            client.request(0, CommandType.FLUSH, 6, 0, 0);
            for (int cookie = 1; cookie <= 6; cookie++) {
                assertThat(client.simpleReply()).isEqualTo(new RawClient.SimpleReply(0, cookie));
            }
        }
        assertThat(export.calls).containsExactly(
                "write 524288 at 5", "write 75712 at 524293", "write 1 at " + (SIZE - 1), "flush",
                "zero " + SIZE + " at 0", "zero 2 at 1 allocated", "flush", "trim 8 at 7", "flush", "flush");
    }

    @ParameterizedTest
    @ValueSource(ints = {29, 55, 56, 60})
    void answersARequestBeforeItWaitsForTheRestOfTheNext(int firstPart) throws IOException {
        try (RawClient client = RawClient.transmitting(socket, true)) {
            byte[] both = ByteBuffer.allocate(56 + 9)
                    .put(RawClient.requestBytes(0, CommandType.FLUSH, 1, 0, 0))
                    .put(RawClient.requestBytes(0, CommandType.WRITE, 2, 0, 9)).array();
            client.send(Arrays.copyOf(both, firstPart));
            assertThat(client.simpleReply().cookie()).isEqualTo(1);
            client.send(Arrays.copyOfRange(both, firstPart, both.length));
            assertThat(client.simpleReply().cookie()).isEqualTo(2);
        }
    }

    @Test
    void closesWhenTheClientDisconnects() throws IOException {
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(0, CommandType.FLUSH, 1, 0, 0);
            client.request(0, CommandType.DISC, 2, 0, 0);
            assertThat(client.simpleReply().cookie()).isEqualTo(1);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    /** Checks content, order and completeness; returns the hole chunks. */
    static List<Extent> assertReplyHolds(List<RawClient.Chunk> chunks, long offset, long length) {
        List<Extent> holes = new ArrayList<>();
        long at = offset;
        for (RawClient.Chunk chunk : chunks) {
            ByteBuffer payload = chunk.payload();
            assertThat(chunk.cookie()).isEqualTo(COOKIE);
            switch (chunk.type()) {
                case ReplyType.OFFSET_DATA -> {
                    assertThat(payload.getLong()).isEqualTo(at);
                    int count = payload.remaining();
                    assertThat(count).isPositive();
                    assertContent(at, payload);
                    at += count;
                }
                case ReplyType.OFFSET_HOLE -> {
                    Extent hole = new Extent(payload.getLong(), payload.getInt(), ExtentType.ZERO);
                    assertThat(hole.offset()).isEqualTo(at);
                    holes.add(hole);
                    at = hole.end();
                }
                default -> assertThat(chunk.type()).isEqualTo(ReplyType.NONE);
            }
        }
        assertThat(at).isEqualTo(offset + length);
        return holes;
    }

    private static void assertContent(long offset, ByteBuffer found) {
        ByteBuffer expected = ByteBuffer.allocate(found.remaining());
        for (int i = 0; expected.hasRemaining(); i++) {
            expected.put(ScriptedExport.at(offset + i));
        }
        assertThat(found.mismatch(expected.flip())).isEqualTo(-1);
    }
}
