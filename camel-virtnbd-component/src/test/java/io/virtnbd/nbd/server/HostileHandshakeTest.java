/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.OptionType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class HostileHandshakeTest {

    @TempDir
    Path directory;
    private Path socket;
    private NbdServer server;

    @BeforeEach
    void startServer() throws IOException {
        socket = directory.resolve("s");
        server = NbdServer.builder().export("", new MemoryExport(1000)).unixSocket(socket).build().start();
    }

    /** Whatever a client did, the next one is served. */
    @AfterEach
    void stillServes() throws IOException {
        RawClient.transmitting(socket, true).close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 0x80000000, -1})
    void dropsAClientWithUnknownFlags(int flags) throws IOException {
        try (RawClient client = RawClient.greeted(socket, flags)) {
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void dropsAClientThatNegotiatesWithoutFixedNewstyle() throws IOException {
        try (RawClient client = RawClient.greeted(socket, 0)) {
            client.option(OptionType.LIST);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void dropsAClientWithAWrongOptionMagic() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.send(ByteBuffer.allocate(16).putLong(Magic.OPTION_REPLY).putInt(OptionType.LIST).putInt(0).array());
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {OptionType.LIST, OptionType.GO, OptionType.SET_META_CONTEXT, 99})
    void refusesAnOptionThatIsTooLongAndGoesOn(int option) throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(option, new byte[64 * 1024 + 1]);
            client.expect(OptionReplyType.ERR_TOO_BIG);
            client.option(OptionType.STRUCTURED_REPLY);
            client.expect(OptionReplyType.ACK);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1024 * 1024 + 1, Integer.MAX_VALUE, -1})
    void dropsAClientThatAnnouncesAHugeOption(int length) throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.send(ByteBuffer.allocate(16).putLong(Magic.OPTION).putInt(OptionType.LIST).putInt(length).array());
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void dropsAClientThatSendsOptionsWithoutEnd() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            for (int i = 0; i < 1024; i++) {
                client.option(OptionType.STRUCTURED_REPLY);
                client.expect(OptionReplyType.ACK);
            }
            client.option(OptionType.STRUCTURED_REPLY);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    static byte[][] malformedInfo() {
        return new byte[][] {
            {},
            {0, 0, 0},
            {0, 0, 0, 0},
            {0, 0, 0, 0, 0},
            {0, 0, 0, 1, 0, 0},
            {-1, -1, -1, -1, 0, 0},
            {127, -1, -1, -1, 0, 0},
            {0, 0, 0, 0, 0, 1},
            {0, 0, 0, 0, 0, 0, 0},
            {0, 0, 0, 0, 0, 2, 0, 3, 0, 3},
            {0, 0, 0, 1, 0, 0, 0},
            {0, 0, 0, 1, -1, 0, 0},
            RawClient.info("x".repeat(4097)),
        };
    }

    @ParameterizedTest
    @MethodSource("malformedInfo")
    void refusesMalformedInfo(byte[] data) throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.INFO, data);
            client.expect(OptionReplyType.ERR_INVALID);
            client.option(OptionType.GO, data);
            client.expect(OptionReplyType.ERR_INVALID);
        }
    }

    static byte[][] malformedMetaContext() throws IOException {
        return new byte[][] {
            {},
            {0, 0, 0, 0},
            {0, 0, 0, 0, 0, 0, 0, 1},
            {0, 0, 0, 0, 127, -1, -1, -1},
            {0, 0, 0, 0, -1, -1, -1, -1},
            {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1},
            {0, 0, 0, 0, 0, 0, 0, 0, 0},
            RawClient.metaContext("", "allocation"),
            RawClient.metaContext("", ":allocation"),
            RawClient.metaContext("", ""),
            RawClient.metaContext("", "x-a:" + "y".repeat(4093)),
        };
    }

    @ParameterizedTest
    @MethodSource("malformedMetaContext")
    void refusesMalformedMetaContexts(byte[] data) throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.STRUCTURED_REPLY);
            client.expect(OptionReplyType.ACK);
            client.option(OptionType.SET_META_CONTEXT, data);
            client.expect(OptionReplyType.ERR_INVALID);
            client.option(OptionType.LIST_META_CONTEXT, data);
            client.expect(OptionReplyType.ERR_INVALID);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {OptionType.LIST, OptionType.STRUCTURED_REPLY, OptionType.STARTTLS})
    void refusesDataWhereThereIsNone(int option) throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(option, (byte) 0);
            client.expect(OptionReplyType.ERR_INVALID);
        }
    }

    @Test
    void endsAHandshakeThatTakesTooLongThoughBytesKeepComing() throws IOException {
        Path slow = directory.resolve("slow");
        try (NbdServer impatient = NbdServer.builder().export("", new MemoryExport(1)).unixSocket(slow)
                .handshakeTimeout(Duration.ofMillis(250)).build().start();
                RawClient client = RawClient.greeted(slow);
                RawClient silent = new RawClient(slow)) {
            silent.readGreeting();
            assertThat(silent.isClosedByServer()).isTrue();
            assertThatThrownBy(() -> {
                // an option that comes byte by byte, each well within any idle limit
                client.send(ByteBuffer.allocate(16).putLong(Magic.OPTION).putInt(OptionType.LIST).putInt(1 << 20).array());
                while (true) {
                    client.send((byte) 0);
                    LockSupport.parkNanos(1_000_000);
                }
            }).isInstanceOf(IOException.class);
            assertThat(impatient.uri("")).isNotEmpty();
        }
    }

    @Test
    void endsATlsHandshakeThatNeverComes() throws Exception {
        Path slow = directory.resolve("slow");
        try (NbdServer impatient = NbdServer.builder().export("", new MemoryExport(1)).unixSocket(slow)
                .tls(SSLContext.getDefault()).handshakeTimeout(Duration.ofMillis(250)).maxConnections(1).build().start();
                RawClient client = RawClient.greeted(slow)) {
            client.option(OptionType.STARTTLS);
            client.expect(OptionReplyType.ACK);
            // a record that is longer than what comes of it
            client.send((byte) 22, (byte) 3, (byte) 1, (byte) 1, (byte) 0, (byte) 1);
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(impatient.uri("")).startsWith("nbds+unix:");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void answersOrDropsRandomOptions(long seed) throws IOException {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            try (RawClient client = RawClient.greeted(socket)) {
                for (int i = 0; i < 20; i++) {
                    byte[] data = random.nextBoolean() ? RawClient.info("", 3) : RawClient.metaContext("", "base:allocation");
                    for (int flips = random.nextInt(3); flips > 0; flips--) {
                        data[random.nextInt(data.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                    int code = 2 + random.nextInt(11);
                    if (code == OptionType.ABORT || code == OptionType.GO) {
                        continue;
                    }
                    client.option(code, data);
                    int type;
                    do {
                        type = client.optionReply().type();
                    } while (type > OptionReplyType.ACK);
                }
            }
        }
    }
}
