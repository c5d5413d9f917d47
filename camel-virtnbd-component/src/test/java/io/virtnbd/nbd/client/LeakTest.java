/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.OptionType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(120)
@EnabledOnOs(value = OS.LINUX, disabledReason = "open files are counted in /proc")
class LeakTest {

    private static final int ROUNDS = 20;

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static void assertLeavesNothing(Round round) throws Exception {
        round.run();
        long files = openFiles();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(openFiles()).isLessThan(files + ROUNDS / 2));
        ClientThreads.awaitNone();
        long watchdogs = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("virtnbd-watchdog")).count();
        assertThat(watchdogs).isLessThanOrEqualTo(1);
    }

    private interface Round {
        void run() throws Exception;
    }

    @Test
    void failedNegotiationsLeaveNothing() throws Exception {
        assertLeavesNothing(() -> {
            try (ScriptedServer server = new ScriptedServer(peer -> {
                peer.greet(Peer.FIXED);
                peer.reply(OptionType.GO, 1);
                peer.read();
            })) {
                assertThatThrownBy(server::connect).isInstanceOf(NbdException.class);
                server.awaitScripts();
            }
        });
    }

    @Test
    void failedTlsHandshakesLeaveNothing() throws Exception {
        assertLeavesNothing(() -> {
            try (ScriptedServer server = new ScriptedServer(peer -> {
                peer.greet(Peer.FIXED);
                peer.expectOption(OptionType.STARTTLS);
                peer.ack(OptionType.STARTTLS);
            })) {
                assertThatThrownBy(() -> NbdClient.connect(server.tlsUri(), NbdClientOptions.defaults()))
                        .isInstanceOf(NbdException.class);
            }
        });
    }

    @Test
    void deadConnectionsLeaveNothingEvenIfTheyAreNotClosed() throws Exception {
        assertLeavesNothing(() -> {
            try (ScriptedServer server = new ScriptedServer(peer -> {
                peer.handshake(4096);
                peer.readRequest();
            })) {
                NbdClient client = server.connect();
                assertThatThrownBy(() -> NbdClient.await(client.read(0, ByteBuffer.allocate(1))))
                        .isInstanceOf(NbdException.class);
            }
        });
    }

    @Test
    void closedClientsLeaveNothing() throws Exception {
        assertLeavesNothing(() -> {
            try (ScriptedServer server = new ScriptedServer(peer -> {
                peer.handshake(4096);
                peer.readRequest();
                peer.read();
            })) {
                server.connect(NbdClientOptions.builder().connections(2).build()).close();
                server.awaitScripts();
            }
        });
    }
}
