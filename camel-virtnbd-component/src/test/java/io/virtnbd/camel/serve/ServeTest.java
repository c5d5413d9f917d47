/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.ChainException;
import io.virtnbd.engine.image.RandomChain;
import io.virtnbd.engine.serve.ScratchException;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.testing.Patience;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks served from their backup by a route that starts with it, or on request. */
class ServeTest extends CamelTestSupport {

    @TempDir
    Path directory;
    private Path set;
    private byte[] content;

    @BeforeEach
    void makeBackup() throws IOException {
        set = Files.createDirectory(directory.resolve("set"));
        content = new RandomChain(set, new Random(11)).make(400_000, 3).content();
    }

    private static NbdClient connect(String uri) throws IOException {
        return NbdClient.connect(NbdUri.parse(uri), NbdClientOptions.builder().build());
    }

    private static byte[] read(String uri) throws Exception {
        try (NbdClient client = connect(uri)) {
            ByteBuffer target = ByteBuffer.allocate(Math.toIntExact(client.export().size()));
            client.read(0, target).get();
            return target.array();
        }
    }

    private Exchange send(String options, String... headers) {
        return template().send("virtnbd:serve:vm1?directory=" + set + options, exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getMessage().setHeader(headers[i], headers[i + 1]);
            }
        });
    }

    private static String uri(Exchange exchange) {
        assertThat(exchange.getException()).isNull();
        return exchange.getMessage().getHeader(VirtNbdConstants.NBD_URI, String.class);
    }

    @Test
    void aRequestIsAnsweredWithTheUriAndAnotherOneEndsTheServer() throws Exception {
        Exchange started = send("");

        String uri = uri(started);
        assertThat(started.getMessage().getBody()).isEqualTo(Map.of("vda", uri));
        assertThat(uri).startsWith("nbd://localhost:").endsWith("/vda");
        assertThat(read(uri)).isEqualTo(content);

        Exchange ended = send("", VirtNbdConstants.SERVE, "stop", VirtNbdConstants.NBD_URI, uri);
        assertThat(ended.getMessage().getBody()).isEqualTo(1);
        assertThatThrownBy(() -> connect(uri)).isInstanceOf(IOException.class);
        assertThat(send("", VirtNbdConstants.SERVE, "stop").getMessage().getBody()).isEqualTo(0);
    }

    @Test
    void whatMessagesHaveStartedEndsWithTheContext() throws Exception {
        String uri = uri(send(""));
        context().stop();
        assertThatThrownBy(() -> connect(uri)).isInstanceOf(IOException.class);
    }

    @Test
    void aRouteServesWhileItRunsAndTellsWhere() throws Exception {
        Path socket = directory.resolve("socket");
        MockEndpoint told = getMockEndpoint("mock:told");
        told.setResultWaitTime(Patience.LONGEST.toMillis());
        told.expectedMessageCount(1);
        context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("virtnbd:serve:vm1?directory=" + set + "&exportName=web&socket=" + socket).routeId("served").to("mock:told");
            }
        });
        told.assertIsSatisfied();
        String uri = uri(told.getExchanges().get(0));
        assertThat(uri).isEqualTo("nbd+unix:///web?socket=" + socket);
        assertThat(read(uri)).isEqualTo(content);

        context().getRouteController().stopRoute("served");
        assertThatThrownBy(() -> connect(uri)).isInstanceOf(IOException.class);
        assertThat(socket).doesNotExist();
    }

    @Test
    void writesGoToTheScratchFileWhichIsUsedAgain() throws Exception {
        Path scratch = directory.resolve("scratch");
        String options = "&keepScratch=true&scratch=" + scratch;
        for (int i = 0; i < 2; i++) {
            String uri = uri(send(options));
            try (NbdClient client = connect(uri)) {
                client.write(1000 * i, ByteBuffer.wrap(new byte[] {1, 2, 3}), 0).get();
                client.flush().get();
            }
            System.arraycopy(new byte[] {1, 2, 3}, 0, content, 1000 * i, 3);
            assertThat(read(uri)).isEqualTo(content);
            send("", VirtNbdConstants.SERVE, "stop");
        }
    }

    @Test
    void aScratchFileOfAnotherBackupIsRefused() {
        Path scratch = directory.resolve("scratch");
        uri(send("&keepScratch=true&scratch=" + scratch));
        send("", VirtNbdConstants.SERVE, "stop");
        Exchange other = send("&until=cp.1&keepScratch=true&scratch=" + scratch);
        assertThat(other.getException()).isInstanceOf(ScratchException.class)
                .hasMessageContaining("expected the scratch file of this chain");
    }

    @Test
    void aChainThatDoesNotFitIsRefusedAtTheStart() throws Exception {
        try (var files = Files.newDirectoryStream(set, "vda.inc.cp.2*")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        assertThat(send("").getException()).isInstanceOf(ChainException.class);
    }

    @Test
    void aSocketThatAKilledServerHasLeftIsNoHindrance() throws Exception {
        Path socket = directory.resolve("socket");
        ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket)).close();
        assertThat(socket).exists();
        String uri = uri(send("&socket=" + socket));
        assertThat(read(uri)).isEqualTo(content);
        assertThat(send("&socket=" + socket).getException()).hasMessageContaining("is in use");
    }

    @Test
    void optionsThatContradictEachOtherAreRefused() {
        assertThatThrownBy(() -> context().getEndpoint("virtnbd:serve:vm1?socket=/s&port=10809")).rootCause()
                .hasMessageContaining("socket and port are both set");
        assertThatThrownBy(() -> context().getEndpoint("virtnbd:serve:vm1?keepScratch=true")).rootCause()
                .hasMessageContaining("without scratch");
        assertThatThrownBy(() -> context().getEndpoint("virtnbd:serve:vm1?serveTls=true")).rootCause()
                .hasMessageContaining("without sslContextParameters");
        assertThat(template().send("virtnbd:serve:vm1", exchange -> { }).getException())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("serve needs backups");
        assertThat(send("", VirtNbdConstants.SERVE, "perhaps").getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected start or stop");
    }
}
