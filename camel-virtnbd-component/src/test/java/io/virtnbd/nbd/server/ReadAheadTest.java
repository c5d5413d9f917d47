/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.nbd.protocol.CommandType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class ReadAheadTest {

    private static final long SIZE = 16 << 20;
    private static final int WINDOW = 4 << 20;
    private static final int LENGTH = 1 << 20;

    @TempDir
    Path directory;
    private final ScriptedExport export = new ScriptedExport(SIZE, false);
    private final ByteArrayOutputStream requests = new ByteArrayOutputStream();
    private NbdServer server;
    private Path socket;

    @BeforeEach
    void startServer() throws IOException {
        export.lookahead = WINDOW;
        socket = directory.resolve("s");
        server = NbdServer.builder().export("", export).unixSocket(socket).build().start();
    }

    @AfterEach
    void closeServer() throws IOException {
        server.close();
    }

    private void add(int type, long offset, int length, byte... payload) {
        requests.writeBytes(RawClient.requestBytes(0, type, 1, offset, length, payload));
    }

    /** Sends what was added in one go, and reads the replies to all. */
    private void send(int... lengths) throws IOException {
        try (RawClient client = RawClient.transmitting(socket, false)) {
            client.send(requests.toByteArray());
            for (int length : lengths) {
                assertThat(client.simpleReply().error()).isEqualTo(length < 0 ? 22 : 0);
                client.receive(Math.max(length, 0));
            }
        }
    }

    @Test
    void requestsThatWaitForTheirTurnAreExpectedOnce() throws IOException {
        for (long offset : new long[] {9_000_000, 100, 5_000_000, 14_000_000}) {
            add(CommandType.READ, offset, 1000);
        }
        send(1000, 1000, 1000, 1000);
        assertThat(export.calls).containsExactly("expect 1000 at 100", "expect 1000 at 5000000", "expect 1000 at 14000000");
    }

    @Test
    void noMoreThanTheWindowWaitsToBeMadeReady() throws IOException {
        for (int i = 0; i < 6; i++) {
            add(CommandType.READ, i % 2 == 0 ? 15 << 20 : i << 20, 2 << 20 >> (i % 2 == 0 ? 1 : 0));
        }
        send(LENGTH, 2 << 20, LENGTH, 2 << 20, LENGTH, 2 << 20);
        // what is read now comes first, as linked blocks are decoded in order
        assertThat(export.calls.get(0)).isEqualTo("expect " + LENGTH + " at " + (15 << 20));
        assertThat(export.calls.get(1)).isEqualTo("expect " + (2 << 20) + " at " + LENGTH);
        assertThat(export.calls.get(2)).isEqualTo("expect " + LENGTH + " at " + (15 << 20));
        // what comes after these three MiB does not fit before one of them has been read
        assertThat(export.calls).hasSize(6);
    }

    @Test
    void whatFollowsIsExpectedOfAReaderInSequenceOnly() throws IOException {
        try (RawClient client = RawClient.transmitting(socket, false)) {
            for (int i = 0; i < SIZE / LENGTH; i++) {
                client.request(0, CommandType.READ, 1, (long) i * LENGTH, LENGTH);
                assertThat(client.simpleReply().error()).isZero();
                client.receive(LENGTH);
            }
        }
        // all but what was read before, once and in order
        long at = 2 * LENGTH;
        for (String call : export.calls) {
            String[] words = call.split(" ");
            assertThat(Long.parseLong(words[3])).isEqualTo(at);
            at += Long.parseLong(words[1]);
        }
        assertThat(at).isEqualTo(SIZE);
    }

    @Test
    void payloadsAreNotTakenForRequests() throws IOException {
        byte[] payload = RawClient.requestBytes(0, CommandType.READ, 1, 77, 77);
        add(CommandType.READ, 12_000_000, 10);
        add(CommandType.WRITE, 100, payload.length, payload);
        add(CommandType.READ, 9_000_000, 10);
        add(CommandType.READ, 6_000_000, 10);
        send(10, 0, 10, 10);
        assertThat(export.calls).containsExactly("write " + payload.length + " at 100", "expect 10 at 6000000");
    }

    @Test
    void whatTheRulesRefuseIsNotExpected() throws IOException {
        add(CommandType.READ, 9_000_000, 10);
        add(CommandType.READ, SIZE - 5, 10);
        add(CommandType.READ, -1, 10);
        add(CommandType.READ, 100, 0);
        add(CommandType.READ, 100, 10);
        send(10, -1, -1, -1, 10);
        assertThat(export.calls).containsExactly("expect 10 at 100");
    }

    @Test
    void anExportThatIsAsFastAsItsFileIsNotTold() throws IOException {
        server.close();
        export.lookahead = 0;
        startWithoutLookahead();
        add(CommandType.READ, 0, 10);
        add(CommandType.READ, 10, 10);
        add(CommandType.READ, 20, 10);
        add(CommandType.READ, 30, 10);
        send(10, 10, 10, 10);
        assertThat(export.calls).isEmpty();
    }

    private void startWithoutLookahead() throws IOException {
        server = NbdServer.builder().export("", export).unixSocket(socket).build().start();
    }
}
