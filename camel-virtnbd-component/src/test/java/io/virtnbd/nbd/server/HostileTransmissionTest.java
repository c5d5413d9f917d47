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
import io.virtnbd.nbd.protocol.NbdErrno;
import io.virtnbd.nbd.protocol.NbdRequestException;
import io.virtnbd.nbd.protocol.ReplyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class HostileTransmissionTest {

    private static final long SIZE = 64L << 20;

    @TempDir
    Path directory;
    private final ScriptedExport writable = new ScriptedExport(SIZE, false);
    private final ScriptedExport readOnly = new ScriptedExport(SIZE, true);
    private Path socket;
    private Path readOnlySocket;
    private NbdServer server;
    private NbdServer readOnlyServer;

    @BeforeEach
    void startServers() throws IOException {
        socket = directory.resolve("s");
        readOnlySocket = directory.resolve("r");
        server = NbdServer.builder().export("", writable).unixSocket(socket).build().start();
        readOnlyServer = NbdServer.builder().export("", readOnly).unixSocket(readOnlySocket).build().start();
    }

    /** Whatever a client did, the next one is served. */
    @AfterEach
    void stillServes() throws IOException {
        writable.fault = offset -> {
        };
        try (RawClient client = RawClient.transmitting(socket, true)) {
            assertAlive(client);
        }
        server.close();
        readOnlyServer.close();
    }

    @ParameterizedTest
    @CsvSource({
        // type, flags, offset, length, error with simple and with structured replies
        "0,  0, 67108864, 1,          22, 22",
        "0,  0, 67108863, 2,          22, 22",
        "0,  0, -1,       1,          22, 22",
        "0,  0, 9223372036854775807, 4096, 22, 22",
        "0,  0, -4096,    8192,       22, 22",
        "0,  0, 0,        0,          22, 22",
        "0,  0, 0,        33554433,   22, 75",
        "0,  0, 0,        4294967295, 22, 22",
        "0,  2, 0,        1,          22, 22",
        "0,  0x20, 0,     1,          22, 22",
        "0,  0x8000, 0,   1,          22, 22",
        "3,  0, 1,        0,          22, 22",
        "3,  0, 0,        1,          22, 22",
        "4,  0, 67108864, 1,          22, 22",
        "4,  2, 0,        1,          22, 22",
        "4,  0, 0,        0,          22, 22",
        "5,  0, 0,        1,          22, 22",
        "6,  0, 67108864, 1,          28, 28",
        "6,  0, 0,        4294967295, 28, 28",
        "6,  0x10, 0,     1,          22, 22",
        "7,  0, 67108864, 1,          22, 22",
        "7,  0, 0,        0,          22, 22",
        "7,  4, 0,        1,          22, 22",
        "8,  0, 0,        1,          22, 22",
        "65535, 0, 0,     1,          22, 22",
    })
    void refusesARequestAndGoesOn(int type, String flags, long offset, long length, int simple, int structured)
            throws IOException {
        for (boolean mode : new boolean[] {false, true}) {
            try (RawClient client = RawClient.transmitting(socket, mode)) {
                client.request(Integer.decode(flags), type, 9, offset, length);
                assertThat(client.error()).isEqualTo(mode ? structured : simple);
                assertAlive(client);
            }
        }
        assertThat(writable.calls).isEmpty();
    }

    @Test
    void refusesDfAndStatusThatWereNotNegotiated() throws IOException {
        try (RawClient client = RawClient.transmitting(socket, false)) {
            client.request(CommandFlags.DF, CommandType.READ, 1, 0, 1);
            assertThat(client.error()).isEqualTo(22);
            client.request(0, CommandType.BLOCK_STATUS, 1, 0, 1);
            assertThat(client.error()).isEqualTo(22);
            assertAlive(client);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 67108864, 1, 28", "0, 67108863, 100000, 28", "0, -1, 70000, 28", "2, 0, 70000, 22", "0, 0, 33554433, 22"})
    void skipsThePayloadOfAWriteThatItRefuses(int flags, long offset, int length, int error) throws IOException {
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(flags, CommandType.WRITE, 1, offset, length, new byte[length]);
            assertThat(client.error()).isEqualTo(error);
            assertAlive(client);
        }
        assertThat(writable.calls).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void changesNothingOfAReadOnlyExport(boolean structured) throws IOException {
        try (RawClient client = RawClient.transmitting(readOnlySocket, structured)) {
            client.request(0, CommandType.WRITE, 1, 0, 70_000, new byte[70_000]);
            assertThat(client.error()).isEqualTo(1);
            client.request(0, CommandType.WRITE_ZEROES, 1, 0, 1);
            assertThat(client.error()).isEqualTo(1);
            client.request(0, CommandType.TRIM, 1, 0, 1);
            assertThat(client.error()).isEqualTo(1);
            client.request(0, CommandType.FLUSH, 1, 0, 0);
            assertThat(client.error()).isZero();
            assertAlive(client);
        }
        assertThat(readOnly.calls).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0x21e41c71, 0x13956025})
    void dropsAClientWithAWrongRequestMagic(int magic) throws IOException {
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.send(ByteBuffer.allocate(28).putInt(magic).array());
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void survivesClientsThatVanishInTheMiddle() throws IOException {
        for (int sent = 1; sent < 28; sent++) {
            try (RawClient client = RawClient.transmitting(socket, true)) {
                client.send(ByteBuffer.allocate(sent).array());
            }
        }
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(0, CommandType.WRITE, 1, 0, 100_000, new byte[10]);
        }
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(0, CommandType.READ, 1, 0, 32 << 20);
            client.chunk();
        }
        assertThat(writable.calls).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reportsThatTheExportFailed(boolean structured) throws IOException {
        writable.fault = offset -> {
            if (offset == 4096) {
                throw new IOException("expected by this test");
            }
            if (offset == 8192) {
                throw new IllegalStateException("expected by this test");
            }
            if (offset == 12_288) {
                throw new NbdRequestException("a request", NbdErrno.ENOSPC.code(), "");
            }
        };
        long[][] errors = {{4096, 5}, {8192, 5}, {12_288, 28}};
        try (RawClient client = RawClient.transmitting(socket, structured)) {
            for (long[] expected : errors) {
                client.request(0, CommandType.READ, 1, expected[0], 100);
                assertThat(client.error()).isEqualTo((int) expected[1]);
                client.request(0, CommandType.WRITE, 1, expected[0], 600_000, new byte[600_000]);
                assertThat(client.error()).isEqualTo((int) expected[1]);
                client.request(0, CommandType.WRITE_ZEROES, 1, expected[0], 100);
                assertThat(client.error()).isEqualTo((int) expected[1]);
                client.request(0, CommandType.TRIM, 1, expected[0], 100);
                assertThat(client.error()).isEqualTo((int) expected[1]);
            }
            assertAlive(client);
        }
        assertThat(writable.calls).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 4", "100000, 0", "524288, 0", "2000000, 4", "1500000, 0"})
    void completesTheChunkInWhichReadingFails(int limit, int flags) throws IOException {
        failAfter(1_500_000);
        writable.transferStep = 50_000;
        writable.transferLimit = limit;
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(flags, CommandType.READ, 1, 0, 2_500_000);
            List<RawClient.Chunk> chunks = client.chunks();
            assertThat(chunks).extracting(RawClient.Chunk::type).containsExactly(ReplyType.OFFSET_DATA, ReplyType.ERROR);
            assertThat(chunks.get(0).payload().remaining()).isEqualTo(8 + 2_500_000);
            assertThat(chunks.get(1).payload().getInt()).isEqualTo(5);
            assertAlive(client);
        }
    }

    @Test
    void endsTheConnectionWhereASimpleReplyCannotTellOfAnError() throws IOException {
        failAfter(1_500_000);
        try (RawClient client = RawClient.transmitting(socket, false)) {
            client.request(0, CommandType.READ, 1, 0, 2_500_000);
            assertThat(client.simpleReply().error()).isZero();
            client.receive(2 * PayloadBuffer.CAPACITY);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    private void failAfter(long end) {
        writable.fault = offset -> {
            if (offset >= end - PayloadBuffer.CAPACITY) {
                throw new IOException("expected by this test");
            }
        };
    }

    @Test
    void reportsThatTheExtentsOfAnExportMakeNoSense() throws IOException {
        writable.extents = List.of(new Extent(0, 50_000, ExtentType.ZERO), new Extent(50_001, 50_000, ExtentType.DATA));
        try (RawClient client = RawClient.transmitting(socket, true)) {
            client.request(0, CommandType.READ, 1, 0, 100_000);
            assertThat(client.error()).isEqualTo(5);
            client.request(0, CommandType.BLOCK_STATUS, 1, 0, 100_000);
            assertThat(client.error()).isEqualTo(5);
        }
        writable.extents = null;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void answersEachOfManyRandomRequests(long seed) throws IOException {
        Random random = new Random(seed);
        long[] offsets = {0, 1, SIZE - 4096, SIZE - 1, SIZE, SIZE + 1, -1, Long.MIN_VALUE, Long.MAX_VALUE};
        for (boolean structured : new boolean[] {true, false}) {
            try (RawClient client = RawClient.transmitting(socket, structured)) {
                for (int i = 0; i < 200; i++) {
                    int type = random.nextInt(10);
                    if (type == CommandType.DISC) {
                        continue;
                    }
                    int length = random.nextInt(3) * 4096;
                    int flags = random.nextInt(4) == 0 ? 1 << random.nextInt(16) : 0;
                    byte[] payload = new byte[type == CommandType.WRITE ? length : 0];
                    client.request(flags, type, i, offsets[random.nextInt(offsets.length)], length, payload);
                    if (structured && (type == CommandType.READ || type == CommandType.BLOCK_STATUS)) {
                        assertThat(client.chunks()).allMatch(chunk -> chunk.payload().remaining() <= 8200);
                    } else if (client.error() == 0 && type == CommandType.READ) {
                        client.receive(length);
                    }
                }
                assertAlive(client);
            }
        }
    }

    /** A wrong command gets its own answer, and no other. */
    private static void assertAlive(RawClient client) throws IOException {
        client.request(0, 99, 5, 0, 0);
        assertThat(client.error()).isEqualTo(NbdErrno.EINVAL.code());
    }
}
