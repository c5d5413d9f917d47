/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.image.RandomChain;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who listens where, and for how long. */
class ServeAddressTest extends CamelTestSupport {

    @TempDir
    Path directory;
    private Path set;
    private byte[] content;

    @BeforeEach
    void makeBackup() throws IOException {
        set = Files.createDirectories(directory.resolve("backups/vm1/chain"));
        content = new RandomChain(set, new Random(4)).make(200_000, 1).content();
    }

    private static NbdClient connect(String uri) throws IOException {
        return NbdClient.connect(NbdUri.parse(uri), NbdClientOptions.builder().build());
    }

    private static byte[] read(NbdClient client) throws Exception {
        ByteBuffer target = ByteBuffer.allocate(Math.toIntExact(client.export().size()));
        client.read(0, target).get();
        return target.array();
    }

    private void serve(String id, String options) throws Exception {
        context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("virtnbd:serve:vm1?directory=" + set + options).routeId(id).to("mock:told");
            }
        });
    }

    @Test
    void aRouteCanBeStartedAgainOnItsSocket() throws Exception {
        Path socket = directory.resolve("socket");
        String uri = "nbd+unix:///vda?socket=" + socket;
        serve("served", "&socket=" + socket);
        for (int i = 0; i < 3; i++) {
            try (NbdClient client = connect(uri)) {
                assertThat(read(client)).isEqualTo(content);
            }
            context().getRouteController().stopRoute("served");
            assertThat(socket).doesNotExist();
            context().getRouteController().startRoute("served");
        }
    }

    @Test
    void aClientThatIsConnectedWhenTheRouteStopsIsDisconnected() throws Exception {
        Path socket = directory.resolve("socket");
        serve("served", "&socket=" + socket);
        try (NbdClient client = connect("nbd+unix:///vda?socket=" + socket)) {
            assertThat(read(client)).isEqualTo(content);
            context().getRouteController().stopRoute("served");
            assertThatThrownBy(() -> read(client)).satisfiesAnyOf(
                    e -> assertThat(e).isInstanceOf(IOException.class),
                    e -> assertThat(e).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class));
        }
    }

    @Test
    void twoServersDoNotShareASocketAndTheFirstGoesOn() throws Exception {
        Path socket = directory.resolve("socket");
        serve("first", "&socket=" + socket);
        assertThatThrownBy(() -> serve("second", "&exportName=web&socket=" + socket)).rootCause().isInstanceOf(BindException.class)
                .hasMessageContaining(socket + " is in use");
        try (NbdClient client = connect("nbd+unix:///vda?socket=" + socket)) {
            assertThat(read(client)).isEqualTo(content);
        }
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Exchange exchange = template().send("virtnbd:serve:vm1?host=127.0.0.1&directory=" + set + "&port=" + other.getLocalPort(),
                    started -> { });
            assertThat(exchange.getException()).isInstanceOf(IOException.class).hasRootCauseInstanceOf(BindException.class)
                    .hasMessageContaining("cannot listen on").hasMessageContaining(String.valueOf(other.getLocalPort()));
        }
    }

    @Test
    void theNameOfADomainFindsItsSetBelowADirectory() throws Exception {
        Path other = Files.createDirectories(directory.resolve("backups/vm2/chain"));
        new RandomChain(other, new Random(5)).make(100_000, 0);
        Exchange exchange = template().send("virtnbd:serve:vm1?chain=cp.0&directory=" + directory.resolve("backups"), started -> { });
        assertThat(exchange.getException()).isNull();
        try (NbdClient client = connect(exchange.getMessage().getHeader(VirtNbdConstants.NBD_URI, String.class))) {
            assertThat(read(client)).isEqualTo(content);
        }
        assertThat(template().send("virtnbd:serve:vm1?chain=cp.7&directory=" + directory.resolve("backups"), started -> { })
                .getException()).hasMessageContaining("cp.7");
    }
}
