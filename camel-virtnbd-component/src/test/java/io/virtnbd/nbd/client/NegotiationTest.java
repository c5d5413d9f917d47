/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static io.virtnbd.nbd.client.Peer.ALL_FLAGS;
import static io.virtnbd.nbd.client.Peer.FIXED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.HandshakeFlags;
import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.OptionType;
import io.virtnbd.nbd.protocol.TransmissionFlags;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class NegotiationTest {

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private static void assertRefused(String reason, ScriptedServer.Script script) throws Exception {
        try (ScriptedServer server = new ScriptedServer(script)) {
            assertThatThrownBy(server::connect).isInstanceOf(NbdNegotiationException.class)
                    .hasMessageStartingWith(server.uri() + ": ").hasMessageContaining(reason);
            server.awaitScripts();
        }
    }

    @Test
    void agreesOnEverythingWithAModernServer() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(FIXED);
            assertThat(peer.structuredAndContexts()).containsExactly("base:allocation", "x:y");
            ByteBuffer go = peer.expectOption(OptionType.GO).data();
            assertThat(Peer.string(go)).isEqualTo("disk");
            assertThat(go.getShort()).isEqualTo((short) 1);
            assertThat(go.getShort()).isEqualTo((short) 3);
            peer.infoBlockSize(512, 4096, 0xffffffffL);
            peer.reply(OptionType.GO, OptionReplyType.INFO, new byte[] {0x55, 0x55, 1, 2, 3});
            peer.infoExport(1 << 20, ALL_FLAGS);
            peer.ack(OptionType.GO);
            assertThat(peer.readRequest().type()).isEqualTo(2);
            assertThat(peer.read()).isEqualTo(-1);
        })) {
            NbdClientOptions options = NbdClientOptions.builder().metaContexts(List.of("base:allocation", "x:y")).build();
            try (NbdClient client = server.connect(options)) {
                assertThat(client.export()).isEqualTo(new ExportInfo("disk", 1 << 20, ALL_FLAGS,
                        new BlockSize(512, 4096, 32 << 20), true, List.of("base:allocation", "x:y")));
                assertThat(client.isOpen()).isTrue();
            }
            server.awaitScripts();
        }
    }

    @Test
    void keepsTheContextsInTheOrderInWhichTheyWereWanted() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STRUCTURED_REPLY);
            peer.ack(OptionType.STRUCTURED_REPLY);
            peer.expectOption(OptionType.SET_META_CONTEXT);
            peer.metaContext(5, "c:c");
            peer.metaContext(9, "a:a");
            peer.ack(OptionType.SET_META_CONTEXT);
            peer.expectOption(OptionType.GO);
            peer.infoExport(4096, ALL_FLAGS);
            peer.ack(OptionType.GO);
            peer.read();
        }); NbdClient client = server.connect(NbdClientOptions.builder().metaContexts(List.of("a:a", "b:b", "c:c")).build())) {
            assertThat(client.export().metaContexts()).containsExactly("a:a", "c:c");
        }
    }

    @Test
    void goesOnWithoutStructuredReplies() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.simpleHandshake(4096);
            peer.read();
        }); NbdClient client = server.connect()) {
            assertThat(client.export().structuredReplies()).isFalse();
            assertThat(client.export().metaContexts()).isEmpty();
            assertThat(client.export().blockSize()).isEqualTo(new BlockSize(1, 4096, 32 << 20));
            assertThatThrownBy(() -> client.blockStatus(0, 4096)).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void goesOnWithoutMetaContexts() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STRUCTURED_REPLY);
            peer.ack(OptionType.STRUCTURED_REPLY);
            peer.expectOption(OptionType.SET_META_CONTEXT);
            peer.metaContext(1, "base:allocation");
            peer.refuse(OptionType.SET_META_CONTEXT);
            peer.expectOption(OptionType.GO);
            peer.infoExport(4096, ALL_FLAGS);
            peer.ack(OptionType.GO);
            peer.read();
        }); NbdClient client = server.connect()) {
            assertThat(client.export().structuredReplies()).isTrue();
            assertThat(client.export().metaContexts()).as("contexts of a failed option count for nothing").isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {HandshakeFlags.FIXED_NEWSTYLE, FIXED})
    void fallsBackToExportName(int flags) throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(flags);
            peer.expectOption(OptionType.STRUCTURED_REPLY);
            peer.refuse(OptionType.STRUCTURED_REPLY);
            peer.expectOption(OptionType.GO);
            peer.refuse(OptionType.GO);
            exportName(peer, flags == FIXED ? 0 : 124);
        }); NbdClient client = server.connect()) {
            assertThat(client.export().size()).isEqualTo(12345);
            assertReads(client);
        }
    }

    @Test
    void knowsServersThatHaveOnlyExportName() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(0);
            assertThat(peer.readClientFlags()).isZero();
            exportName(peer, 124);
        }); NbdClient client = server.connect()) {
            assertThat(client.export().readOnly()).isTrue();
            assertReads(client);
        }
    }

    private static void exportName(Peer peer, int padding) throws Exception {
        assertThat(peer.expectOption(OptionType.EXPORT_NAME).data()).isEqualTo(ByteBuffer.wrap("disk".getBytes()));
        peer.send(ByteBuffer.allocate(10 + padding).putLong(12345).putShort((short) 3));
        peer.simpleReply(0, peer.readRequest().cookie(), new byte[] {1, 2, 3});
        peer.read();
    }

    private static void assertReads(NbdClient client) throws Exception {
        ByteBuffer target = ByteBuffer.allocate(3);
        NbdClient.await(client.read(0, target));
        assertThat(target.array()).containsExactly(1, 2, 3);
    }

    @Test
    void saysThatAnExportMayNotExistWhenExportNameIsCut() throws Exception {
        assertRefused("it may have no such export, or require TLS", peer -> {
            peer.greet(0);
            peer.readClientFlags();
            peer.expectOption(OptionType.EXPORT_NAME);
        });
    }

    @Test
    void refusesWhatIsNoNbdServer() throws Exception {
        assertRefused("this is no NBD server: it begins with 0x5353482d322e302d",
                peer -> peer.send("SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void refusesOldstyleServers() throws Exception {
        assertRefused("oldstyle", peer -> peer.send(ByteBuffer.allocate(152).putLong(Magic.INIT).putLong(Magic.OLDSTYLE)));
    }

    @Test
    void refusesAnUnknownGreeting() throws Exception {
        assertRefused("the greeting has 0x1", peer -> peer.send(ByteBuffer.allocate(18).putLong(Magic.INIT).putLong(1)));
    }

    @Test
    void reportsServersThatHangUp() throws Exception {
        assertRefused("the server closed the connection during negotiation", peer -> peer.greet(FIXED));
    }

    @Test
    void reportsAnUnknownExportInTheServersWordsButFitForALog() throws Exception {
        assertRefused("refuses export 'disk' (ERR_UNKNOWN: no?such\uFFFDexport)", peer -> {
            peer.greet(FIXED);
            peer.structuredAndContexts();
            peer.expectOption(OptionType.GO);
            byte[] words = "no\nsuch_export".getBytes(StandardCharsets.UTF_8);
            words[7] = (byte) 0xff;
            peer.reply(OptionType.GO, OptionReplyType.ERR_UNKNOWN, words);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {OptionType.STRUCTURED_REPLY, OptionType.SET_META_CONTEXT, OptionType.GO})
    void saysToUseNbdsWhenTheServerRequiresTls(int option) throws Exception {
        assertRefused("the server requires TLS (ERR_TLS_REQD): use nbds://", peer -> {
            peer.greet(FIXED);
            Peer.Option received = peer.readOption();
            while (received.type() != option) {
                peer.ack(received.type());
                received = peer.readOption();
            }
            peer.reply(option, OptionReplyType.ERR_TLS_REQD);
        });
    }

    @Test
    void refusesAnAckWithoutExportInformation() throws Exception {
        assertRefused("acknowledged GO without telling size and flags", peer -> {
            peer.greet(FIXED);
            peer.structuredAndContexts();
            peer.expectOption(OptionType.GO);
            peer.infoBlockSize(1, 4096, 1 << 25);
            peer.ack(OptionType.GO);
        });
    }

    @Test
    void refusesAnAckWithData() throws Exception {
        assertRefused("expected ACK without data", peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STRUCTURED_REPLY);
            peer.reply(OptionType.STRUCTURED_REPLY, OptionReplyType.ACK, new byte[1]);
        });
    }

    private static void assertInfoRefused(String reason, ScriptedServer.Script info) throws Exception {
        assertRefused(reason, peer -> {
            peer.greet(FIXED);
            peer.structuredAndContexts();
            peer.expectOption(OptionType.GO);
            info.run(peer);
            peer.ack(OptionType.GO);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1})
    void refusesSizesOf2To63AndMore(long size) throws Exception {
        assertInfoRefused("expected less than 2^63", peer -> peer.infoExport(size, ALL_FLAGS));
    }

    @Test
    void takesTheLargestSize() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(Long.MAX_VALUE);
            peer.read();
        }); NbdClient client = server.connect()) {
            assertThat(client.export().size()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void refusesExportInformationThatComesTwice() throws Exception {
        assertInfoRefused("size and flags twice", peer -> {
            peer.infoExport(4096, ALL_FLAGS);
            peer.infoExport(8192, ALL_FLAGS);
        });
    }

    @Test
    void refusesFlagsThatAreNone() throws Exception {
        assertInfoRefused("lack HAS_FLAGS", peer -> peer.infoExport(4096, TransmissionFlags.READ_ONLY));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 11, 13})
    void refusesInformationOfTheWrongLength(int length) throws Exception {
        assertInfoRefused("expected", peer -> peer.reply(OptionType.GO, OptionReplyType.INFO, new byte[length]));
    }

    @ParameterizedTest
    @CsvSource({"0,4096,33554432", "3,4096,33554432", "131072,131072,33554432", "1,0,33554432", "1,256,33554432",
        "1,4097,33554432", "8192,4096,33554432", "1,4096,4095", "1,4096,0", "4294967295,4294967295,4294967295"})
    void refusesBlockSizesThatMakeNoSense(long minimum, long preferred, long maximum) throws Exception {
        assertInfoRefused("block sizes make no sense", peer -> peer.infoBlockSize(minimum, preferred, maximum));
    }

    @Test
    void refusesBlockSizesThatComeTwice() throws Exception {
        assertInfoRefused("block sizes twice", peer -> {
            peer.infoBlockSize(1, 4096, 1 << 25);
            peer.infoBlockSize(512, 4096, 1 << 25);
        });
    }

    @Test
    void refusesARequiredBlockSizeReplyOfUnexpectedType() throws Exception {
        assertInfoRefused("expected ACK without data", peer -> peer.reply(OptionType.GO, OptionReplyType.SERVER, new byte[8]));
    }

    @Test
    void refusesOversizeOptionReplies() throws Exception {
        assertRefused("has 4294967295 bytes of data", peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STRUCTURED_REPLY);
            peer.send(ByteBuffer.allocate(20).putLong(Magic.OPTION_REPLY).putInt(OptionType.STRUCTURED_REPLY)
                    .putInt(OptionReplyType.ACK).putInt(-1));
        });
    }

    @Test
    void refusesEndlessOptionReplies() throws Exception {
        assertRefused("more than 1024 replies", peer -> {
            peer.greet(FIXED);
            peer.structuredAndContexts();
            peer.expectOption(OptionType.GO);
            while (true) {
                peer.reply(OptionType.GO, OptionReplyType.INFO, new byte[] {9, 9});
            }
        });
    }

    @Test
    void refusesAReplyToAnotherOption() throws Exception {
        assertRefused("reply to option 7, expected one to option 8", peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STRUCTURED_REPLY);
            peer.ack(OptionType.GO);
        });
    }

    @Test
    void refusesAReplyWithoutItsMagicNumber() throws Exception {
        assertRefused("reply to an option begins with 0x0", peer -> {
            peer.greet(FIXED);
            peer.send(new byte[20]);
            peer.readOption();
        });
    }

    private static void assertContextsRefused(String reason, ScriptedServer.Script contexts) throws Exception {
        assertRefused(reason, peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STRUCTURED_REPLY);
            peer.ack(OptionType.STRUCTURED_REPLY);
            peer.expectOption(OptionType.SET_META_CONTEXT);
            contexts.run(peer);
            peer.ack(OptionType.SET_META_CONTEXT);
        });
    }

    @Test
    void refusesAContextThatIsSelectedTwice() throws Exception {
        assertContextsRefused("selected meta context base:allocation twice", peer -> {
            peer.metaContext(1, "base:allocation");
            peer.metaContext(2, "base:allocation");
        });
    }

    @Test
    void refusesTwoContextsWithTheSameId() throws Exception {
        NbdClientOptions options = NbdClientOptions.builder().metaContexts(List.of("a:a", "b:b")).build();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STRUCTURED_REPLY);
            peer.ack(OptionType.STRUCTURED_REPLY);
            peer.expectOption(OptionType.SET_META_CONTEXT);
            peer.metaContext(1, "a:a");
            peer.metaContext(1, "b:b");
            peer.ack(OptionType.SET_META_CONTEXT);
        })) {
            assertThatThrownBy(() -> server.connect(options)).isInstanceOf(NbdNegotiationException.class)
                    .hasMessageContaining("two meta contexts have the id 1");
        }
    }

    @Test
    void refusesAContextThatWasNotAskedFor() throws Exception {
        assertContextsRefused("found 'qemu:dirty-bitmap:b0'", peer -> peer.metaContext(1, "qemu:dirty-bitmap:b0"));
    }

    @Test
    void refusesAContextWithoutAName() throws Exception {
        assertContextsRefused("expected 4 and a name",
                peer -> peer.reply(OptionType.SET_META_CONTEXT, OptionReplyType.META_CONTEXT, new byte[3]));
    }

    @Test
    void neverDowngradesToAConnectionWithoutTls() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STARTTLS);
            peer.refuse(OptionType.STARTTLS);
            assertThat(peer.read()).as("what the client sends then").isEqualTo(-1);
        })) {
            assertThatThrownBy(() -> NbdClient.connect(server.tlsUri(), NbdClientOptions.defaults()))
                    .isInstanceOf(NbdNegotiationException.class).hasMessageContaining("the server refuses TLS (ERR_UNSUP)");
            server.awaitScripts();
        }
    }

    @Test
    void neverDowngradesWhenFixedNewstyleIsMissing() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(HandshakeFlags.NO_ZEROES);
            assertThat(peer.read()).as("what the client sends then").isEqualTo(-1);
        })) {
            assertThatThrownBy(() -> NbdClient.connect(server.tlsUri(), NbdClientOptions.defaults()))
                    .isInstanceOf(NbdNegotiationException.class).hasMessageContaining("cannot do TLS");
            server.awaitScripts();
        }
    }

    @Test
    void refusesPlainTextThatIsSlippedInBeforeTheTlsHandshake() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STARTTLS);
            peer.send(ByteBuffer.allocate(40).putLong(Magic.OPTION_REPLY).putInt(OptionType.STARTTLS)
                    .putInt(OptionReplyType.ACK).putInt(0)
                    .putLong(Magic.OPTION_REPLY).putInt(OptionType.STRUCTURED_REPLY).putInt(OptionReplyType.ACK).putInt(0));
            peer.read();
        })) {
            assertThatThrownBy(() -> NbdClient.connect(server.tlsUri(), NbdClientOptions.defaults()))
                    .isInstanceOf(NbdNegotiationException.class)
                    .hasMessageContaining("20 bytes between its consent to TLS and the TLS handshake");
        }
    }

    @Test
    void reportsATlsHandshakeThatIsNone() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(FIXED);
            peer.expectOption(OptionType.STARTTLS);
            peer.ack(OptionType.STARTTLS);
            peer.read();
            peer.send(new byte[100]);
        })) {
            assertThatThrownBy(() -> NbdClient.connect(server.tlsUri(), NbdClientOptions.defaults()))
                    .isInstanceOf(NbdNegotiationException.class).hasMessageContaining("the TLS handshake failed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"before the greeting", "after the greeting", "in TLS"})
    void givesUpOnAServerThatFallsSilent(String when) throws Exception {
        NbdClientOptions options = NbdClientOptions.builder().connectTimeout(Duration.ofMillis(50)).build();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            if (!when.equals("before the greeting")) {
                peer.greet(FIXED);
                peer.readOption();
                if (when.equals("in TLS")) {
                    peer.ack(OptionType.STARTTLS);
                }
            }
            while (peer.read() >= 0) {
                // it only listens
            }
        })) {
            NbdUri uri = when.equals("in TLS") ? server.tlsUri() : server.uri();
            assertThatThrownBy(() -> NbdClient.connect(uri, options)).isInstanceOf(NbdNegotiationException.class)
                    .hasMessage(uri + ": no connection was established within 50 ms");
            server.awaitScripts();
        }
    }

    @Test
    void saysWhatIsNotThere() {
        NbdUri uri = NbdUri.unix(Path.of("/nowhere/nbd.sock"), "");
        assertThatThrownBy(() -> NbdClient.connect(uri, NbdClientOptions.defaults()))
                .isInstanceOf(NbdNegotiationException.class)
                .hasMessageContaining("nbd+unix:///?socket=/nowhere/nbd.sock: cannot connect: ")
                .hasMessageContaining("No such file");
    }
}
