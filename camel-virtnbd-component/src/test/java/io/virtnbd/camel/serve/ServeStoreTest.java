/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.store.StoreHeaders;
import io.virtnbd.engine.image.RandomChain;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import io.virtnbd.testing.Patience;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks served from a store that a route reads ranges from. */
class ServeStoreTest extends CamelTestSupport {

    @TempDir
    Path directory;
    private boolean seekable = true;

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:store").process(exchange -> answer(exchange.getMessage()));
            }
        };
    }

    private void answer(Message message) throws IOException {
        DirectoryStore store = new DirectoryStore(directory);
        String name = message.getHeader(Exchange.FILE_NAME, String.class);
        if (StoreHeaders.LIST.equals(message.getHeader(StoreHeaders.OPERATION))) {
            List<Map<String, Object>> files = new ArrayList<>();
            for (StoredFile file : store.tree()) {
                if (file.name().startsWith(name)) {
                    files.add(Map.of("name", file.name(), "bytes", file.bytes()));
                }
            }
            message.setHeader(StoreHeaders.SEEKABLE, seekable);
            message.setBody(files);
            return;
        }
        Long start = message.getHeader(StoreHeaders.RANGE_START, Long.class);
        if (start == null) {
            message.setBody(store.open(name));
        } else {
            long end = message.getHeader(StoreHeaders.RANGE_END, Long.class);
            ByteBuffer bytes = ByteBuffer.allocate((int) (end + 1 - start));
            store.read(name, start, bytes);
            message.setBody(new ByteArrayInputStream(bytes.array()));
        }
    }

    private static void assertServed(String uri, byte[] content) throws Exception {
        try (NbdClient client = NbdClient.connect(NbdUri.parse(uri), NbdClientOptions.builder().build())) {
            ByteBuffer target = ByteBuffer.allocate(Math.toIntExact(client.export().size()));
            client.read(0, target).get();
            assertThat(target.array()).isEqualTo(content);
        }
    }

    @Test
    void onRequest() throws Exception {
        byte[] content = new RandomChain(directory, new Random(3)).make(300_000, 2).content();
        Exchange exchange = template().send("virtnbd:serve:vm1?store=direct:store", started -> { });
        assertThat(exchange.getException()).isNull();
        assertServed(exchange.getMessage().getHeader(VirtNbdConstants.NBD_URI, String.class), content);
    }

    @Test
    void whileARouteRuns() throws Exception {
        byte[] content = new RandomChain(directory, new Random(3)).make(300_000, 2).content();
        Path socket = directory.resolveSibling(directory.getFileName() + ".socket");
        MockEndpoint told = getMockEndpoint("mock:told");
        told.setResultWaitTime(Patience.LONGEST.toMillis());
        told.expectedMessageCount(1);
        context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("virtnbd:serve:vm1?store=direct:store&socket=" + socket).routeId("served").to("mock:told");
            }
        });
        told.assertIsSatisfied();
        assertServed("nbd+unix:///vda?socket=" + socket, content);
        context().getRouteController().stopRoute("served");
    }

    @Test
    void notFromOneThatReadsWholeFilesOnly() throws Exception {
        new RandomChain(directory, new Random(3)).make(300_000, 0);
        seekable = false;
        assertThat(template().send("virtnbd:serve:vm1?store=direct:store", started -> { }).getException())
                .hasMessageContaining("expected a store that reads parts of files");
    }
}
