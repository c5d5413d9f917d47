/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.OptionType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class NbdServerTest {

    @TempDir
    Path directory;
    private NbdServer server;

    @AfterEach
    void closeServer() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private NbdServerBuilder builder() {
        return NbdServer.builder().export("", new MemoryExport(64 << 20)).unixSocket(socket());
    }

    private Path socket() {
        return directory.resolve("s");
    }

    @Test
    void servesOnAFreePortOfTheLoopbackInterfaceByDefault() throws IOException {
        server = NbdServer.builder().export("", new MemoryExport(1)).build().start();
        URI uri = URI.create(server.uri(""));
        assertThat(uri.getScheme()).isEqualTo("nbd");
        assertThat(uri.getPort()).isPositive();
        InetSocketAddress address = new InetSocketAddress(uri.getHost(), uri.getPort());
        assertThat(address.getAddress().isLoopbackAddress()).isTrue();
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            assertThat(new String(client.getInputStream().readNBytes(16), StandardCharsets.US_ASCII))
                    .isEqualTo("NBDMAGICIHAVEOPT");
        }
    }

    @Test
    void removesTheSocketFileAndCanBeClosedTwice() throws IOException {
        server = builder().build().start();
        assertThat(socket()).exists();
        server.close();
        server.close();
        assertThat(socket()).doesNotExist();
    }

    @Test
    void leavesAFileInTheWayOfTheSocketAlone() throws IOException {
        Files.writeString(socket(), "precious");
        server = builder().build();
        assertThatThrownBy(server::start).isInstanceOf(IOException.class).hasMessageContaining(socket().toString());
        server.close();
        assertThat(socket()).hasContent("precious");
    }

    @Test
    void startsOnlyOnce() throws IOException {
        server = builder().build().start();
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
        server.close();
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void hasNoUriBeforeItStartsNorForUnknownExports() throws IOException {
        server = builder().build();
        assertThatThrownBy(() -> server.uri("")).isInstanceOf(IllegalStateException.class);
        server.start();
        assertThat(server.uri("")).isEqualTo("nbd+unix:///?socket=" + socket());
        assertThatThrownBy(() -> server.uri("x")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'x'");
    }

    @Test
    void refusesConnectionsBeyondTheLimitUntilOneEnds() throws IOException {
        server = builder().maxConnections(2).build().start();
        try (RawClient first = RawClient.transmitting(socket(), true);
                RawClient second = RawClient.greeted(socket());
                RawClient third = new RawClient(socket())) {
            assertThat(third.isClosedByServer()).isTrue();
            first.request(0, CommandType.DISC, 1, 0, 0);
            assertThat(first.isClosedByServer()).isTrue();
            // the server forgets a connection right after it has closed the socket
            awaitServed();
            second.option(OptionType.LIST);
            second.optionReply();
        }
    }

    @Test
    void endsAConnectionThatIsSilentForTooLong() throws IOException {
        server = builder().idleTimeout(Duration.ofMillis(50)).build().start();
        try (RawClient client = RawClient.transmitting(socket(), true)) {
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void endsAConnectionThatLeavesAReplyUnread() throws IOException {
        ScriptedExport export = new ScriptedExport(64 << 20, true);
        server = NbdServer.builder().export("", export).unixSocket(socket()).maxConnections(1)
                .idleTimeout(Duration.ofMillis(50)).build().start();
        try (RawClient client = RawClient.greeted(socket())) {
            // at once, so that nothing but the unread reply can take too long
            byte[] go = RawClient.optionBytes(OptionType.GO, RawClient.info(""));
            byte[] read = RawClient.requestBytes(0, CommandType.READ, 1, 0, 32 << 20);
            client.send(ByteBuffer.allocate(go.length + read.length).put(go).put(read).array());
            awaitServed();
            assertThatThrownBy(() -> client.receive(32 << 20)).isInstanceOf(IOException.class);
        }
    }

    /** Connects until there is room for one more connection. */
    private void awaitServed() throws IOException {
        boolean served = false;
        while (!served) {
            try (RawClient next = new RawClient(socket())) {
                served = !next.isClosedByServer();
            }
        }
    }

    @Test
    void closesThoughClientsAreInTheMiddleOfEverything() throws IOException {
        Path file = directory.resolve("disk");
        Files.write(file, new byte[40 << 20]);
        ScriptedExport slow = new ScriptedExport(64 << 20, false);
        try (RawFileExport disk = RawFileExport.readOnly(file)) {
            server = builder().export("disk", disk).export("slow", slow).build().start();
            try (RawClient silent = new RawClient(socket());
                    RawClient greeted = RawClient.greeted(socket());
                    RawClient idle = RawClient.transmitting(socket(), true);
                    RawClient writing = RawClient.transmitting(socket(), true);
                    RawClient reading = go("slow");
                    RawClient sending = go("disk")) {
                silent.readGreeting();
                writing.request(0, CommandType.WRITE, 1, 0, 32 << 20, new byte[1000]);
                // both fill the socket's buffer, the second by sendfile, and then wait for a client that does not read
                reading.request(0, CommandType.READ, 1, 0, 32 << 20);
                sending.request(0, CommandType.READ, 1, 0, 32 << 20);
                reading.receive(1000);
                sending.receive(1000);
                long start = System.nanoTime();
                server.close();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
                assertThat(idle.isClosedByServer()).isTrue();
                assertThat(greeted.isClosedByServer()).isTrue();
                assertThat(writing.isClosedByServer()).isTrue();
                assertThatThrownBy(() -> sending.receive(32 << 20)).isInstanceOf(IOException.class);
            }
        }
        assertThatThrownBy(() -> new RawClient(socket())).isInstanceOf(IOException.class);
    }

    private RawClient go(String export) throws IOException {
        RawClient client = RawClient.greeted(socket());
        client.option(OptionType.STRUCTURED_REPLY);
        client.optionReply();
        client.option(OptionType.GO, RawClient.info(export));
        client.optionReply();
        client.optionReply();
        return client;
    }

    @Test
    void refusesConfigurationsThatMakeNoSense() {
        NbdServerBuilder builder = NbdServer.builder();
        MemoryExport export = new MemoryExport(1);
        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.export("x".repeat(4097), export)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.export("a\0b", export)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.export("a", export).export("a", export)).hasMessageContaining("'a'");
        assertThatThrownBy(() -> builder.maxConnections(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.handshakeTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.idleTimeout(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.tcp(InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
                .hasMessageContaining("nowhere.invalid");
    }

    @ParameterizedTest
    @CsvSource({
        "'',          nbd://127.0.0.1:10809/",
        "disk,        nbd://127.0.0.1:10809/disk",
        "/disk,       nbd://127.0.0.1:10809//disk",
        "hello world, nbd://127.0.0.1:10809/hello%20world",
        "ä?#%&=+,     nbd://127.0.0.1:10809/%C3%A4%3F%23%25%26%3D%2B",
    })
    void encodesTheExportNameInItsUri(String name, String uri) {
        assertThat(ExportUri.of(new InetSocketAddress("127.0.0.1", 10809), false, name)).isEqualTo(uri);
        assertThat(URI.create(uri).getPath()).isEqualTo("/" + name);
    }

    @Test
    void namesTlsAndAddressesOfEveryKindInItsUri() {
        assertThat(ExportUri.of(new InetSocketAddress("::1", 1), true, "a")).isEqualTo("nbds://[0:0:0:0:0:0:0:1]:1/a");
        assertThat(ExportUri.of(UnixDomainSocketAddress.of("/a b/&"), true, "x/y"))
                .isEqualTo("nbds+unix:///x/y?socket=/a%20b/%26");
    }
}
