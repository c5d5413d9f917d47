/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.nbd.protocol.InfoType;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.OptionType;
import io.virtnbd.nbd.protocol.TransmissionFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class HandshakeTest {

    private static final int SIZE = 1_000_001;

    @TempDir
    Path directory;
    private Path socket;
    private NbdServer server;

    @BeforeEach
    void startServer() throws IOException {
        socket = directory.resolve("s");
        server = builder().build().start();
    }

    @AfterEach
    void closeServer() throws IOException {
        server.close();
    }

    private NbdServerBuilder builder() {
        return NbdServer.builder().export("", new MemoryExport(SIZE)).export("two", new Described()).unixSocket(socket);
    }

    @Test
    void offersFixedNewstyleAndNoZeroes() throws IOException {
        try (RawClient client = new RawClient(socket)) {
            assertThat(client.readGreeting()).isEqualTo(RawClient.ALL_FLAGS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void answersExportNameWithPaddingUnlessItWasTurnedOff(int clientFlags) throws IOException {
        try (RawClient client = RawClient.greeted(socket, clientFlags)) {
            client.option(OptionType.EXPORT_NAME);
            ByteBuffer answer = ByteBuffer.wrap(client.receive(10));
            assertThat(answer.getLong()).isEqualTo(SIZE);
            assertThat(answer.getShort() & TransmissionFlags.HAS_FLAGS).isNotZero();
            if ((clientFlags & 2) == 0) {
                assertThat(client.receive(124)).containsOnly(0);
            }
            client.request(0, 0, 7, 0, 1);
            assertThat(client.simpleReply()).isEqualTo(new RawClient.SimpleReply(0, 7));
        }
    }

    @Test
    void closesOnExportNameOfAnUnknownExport() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.EXPORT_NAME, (byte) 'x');
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void listsExportsInOrderWithDescriptions() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.LIST);
            assertThat(client.expect(OptionReplyType.SERVER).data().getInt()).isZero();
            RawClient.OptionReply second = client.expect(OptionReplyType.SERVER);
            assertThat(second.data().getInt()).isEqualTo(3);
            assertThat(second.text()).isEqualTo("twoa disk");
            client.expect(OptionReplyType.ACK);
        }
    }

    @Test
    void tellsWhatIsAskedForInInfo() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.INFO,
                    RawClient.info("two", InfoType.NAME, InfoType.DESCRIPTION, InfoType.BLOCK_SIZE, 999));
            ByteBuffer export = client.expect(OptionReplyType.INFO).data();
            assertThat(export.getShort()).isEqualTo((short) InfoType.EXPORT);
            assertThat(export.getLong()).isEqualTo(5);
            assertThat(export.getShort()).isEqualTo((short) (TransmissionFlags.HAS_FLAGS | TransmissionFlags.READ_ONLY
                    | TransmissionFlags.CAN_MULTI_CONN));
            assertThat(client.expect(OptionReplyType.INFO).text()).isEqualTo("\0\1two");
            assertThat(client.expect(OptionReplyType.INFO).text()).isEqualTo("\0\2a disk");
            ByteBuffer blocks = client.expect(OptionReplyType.INFO).data();
            assertThat(blocks.getShort()).isEqualTo((short) InfoType.BLOCK_SIZE);
            assertThat(new int[] {blocks.getInt(), blocks.getInt(), blocks.getInt()}).containsExactly(1, 4096, 32 << 20);
            client.expect(OptionReplyType.ACK);
            client.option(OptionType.LIST);
            client.expect(OptionReplyType.SERVER);
        }
    }

    @Test
    void offersDfOnlyAfterStructuredReplies() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            assertThat(infoFlags(client) & TransmissionFlags.SEND_DF).isZero();
            client.option(OptionType.STRUCTURED_REPLY);
            client.expect(OptionReplyType.ACK);
            assertThat(infoFlags(client) & TransmissionFlags.SEND_DF).isNotZero();
        }
    }

    private static int infoFlags(RawClient client) throws IOException {
        client.option(OptionType.INFO, RawClient.info(""));
        int flags = client.expect(OptionReplyType.INFO).data().getShort(10);
        client.expect(OptionReplyType.ACK);
        return flags;
    }

    @ParameterizedTest
    @ValueSource(ints = {OptionType.INFO, OptionType.GO})
    void saysThatAnExportIsUnknown(int option) throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(option, RawClient.info("three"));
            client.expect(OptionReplyType.ERR_UNKNOWN);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, OptionType.EXTENDED_HEADERS, 12345, -1})
    void saysThatAnOptionIsNotSupportedAndSkipsItsData(int option) throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(option, new byte[5000]);
            assertThat(client.expect(OptionReplyType.ERR_UNSUP).option()).isEqualTo(option);
            client.option(OptionType.STRUCTURED_REPLY);
            client.expect(OptionReplyType.ACK);
        }
    }

    @Test
    void acknowledgesAbortAndCloses() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.ABORT, new byte[3]);
            client.expect(OptionReplyType.ACK);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "base:", "base:allocation", "x-other:a,base:", "base:allocation,base:allocation"})
    void listsTheMetaContext(String queries) throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.LIST_META_CONTEXT,
                    queries.isEmpty() ? RawClient.metaContext("") : RawClient.metaContext("", queries.split(",")));
            assertThat(client.expect(OptionReplyType.META_CONTEXT).text()).isEqualTo("\0\0\0\0base:allocation");
            client.expect(OptionReplyType.ACK);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "base:", "base:other", "base:allocation2", "qemu:dirty-bitmap:b"})
    void selectsNoMetaContextButTheNamedOne(String query) throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.STRUCTURED_REPLY);
            client.expect(OptionReplyType.ACK);
            client.option(OptionType.SET_META_CONTEXT,
                    query.isEmpty() ? RawClient.metaContext("") : RawClient.metaContext("", query));
            client.expect(OptionReplyType.ACK);
        }
    }

    @Test
    void wantsStructuredRepliesBeforeAMetaContext() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.SET_META_CONTEXT, RawClient.metaContext("", "base:allocation"));
            client.expect(OptionReplyType.ERR_INVALID);
        }
    }

    @Test
    void forgetsTheMetaContextWhenTheNextSelectionFails() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            select(client, "");
            client.option(OptionType.SET_META_CONTEXT, RawClient.metaContext("three", "base:allocation"));
            client.expect(OptionReplyType.ERR_UNKNOWN);
            assertThat(statusErrorAfterGo(client)).isEqualTo(22);
        }
    }

    @Test
    void ignoresAMetaContextOfAnotherExport() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            select(client, "two");
            assertThat(statusErrorAfterGo(client)).isEqualTo(22);
        }
    }

    private static void select(RawClient client, String export) throws IOException {
        client.option(OptionType.STRUCTURED_REPLY);
        client.expect(OptionReplyType.ACK);
        client.option(OptionType.SET_META_CONTEXT, RawClient.metaContext(export, "base:allocation"));
        client.expect(OptionReplyType.META_CONTEXT);
        client.expect(OptionReplyType.ACK);
    }

    private static int statusErrorAfterGo(RawClient client) throws IOException {
        client.option(OptionType.GO, RawClient.info(""));
        client.expect(OptionReplyType.INFO);
        client.expect(OptionReplyType.ACK);
        client.request(0, 7, 1, 0, 100);
        return client.error();
    }

    @Test
    void refusesTlsWhereThereIsNone() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            client.option(OptionType.STARTTLS);
            client.expect(OptionReplyType.ERR_POLICY);
        }
    }

    @Test
    void servesNothingWithoutTlsWhereItIsRequired() throws Exception {
        server.close();
        server = builder().tls(SSLContext.getDefault()).build().start();
        try (RawClient client = RawClient.greeted(socket)) {
            for (int option : new int[] {OptionType.LIST, OptionType.INFO, OptionType.GO, OptionType.STRUCTURED_REPLY,
                OptionType.LIST_META_CONTEXT, OptionType.SET_META_CONTEXT, 777}) {
                client.option(option, RawClient.info(""));
                client.expect(OptionReplyType.ERR_TLS_REQD);
            }
            client.option(OptionType.EXPORT_NAME);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void servesWithoutTlsWhereItIsOptional() throws Exception {
        server.close();
        server = builder().tls(SSLContext.getDefault()).tlsRequired(false).build().start();
        try (RawClient client = RawClient.transmitting(socket, false)) {
            client.request(0, 0, 7, 0, 1);
            assertThat(client.simpleReply().error()).isZero();
        }
    }

    @Test
    void dropsAClientThatSendsOptionsBeforeTlsIsThere() throws Exception {
        server.close();
        server = builder().tls(SSLContext.getDefault()).build().start();
        try (RawClient client = RawClient.greeted(socket)) {
            byte[] startTls = RawClient.optionBytes(OptionType.STARTTLS);
            byte[] injected = RawClient.optionBytes(OptionType.STRUCTURED_REPLY);
            client.send(ByteBuffer.allocate(32).put(startTls).put(injected).array());
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    private static final class Described implements Export {

        @Override
        public long size() {
            return 5;
        }

        @Override
        public String description() {
            return "a disk";
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            target.position(target.limit());
        }
    }
}
