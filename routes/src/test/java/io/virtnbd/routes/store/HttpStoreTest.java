/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.virtnbd.camel.store.EndpointStore;
import io.virtnbd.camel.store.StoreException;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The store over HTTP that the component's documentation has as its example. */
class HttpStoreTest {
    private static final Path DOCUMENTATION = Path.of("../camel-virtnbd-component/src/main/docs/virtnbd-component.adoc");
    private static final byte[] CONTENT = "0123456789".getBytes();

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private HttpServer server;
    private EndpointStore store;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/web1/", HttpStoreTest::answer);
        server.start();
        Matcher yaml = Pattern.compile("----\n(- route:\n    streamCache: \"false\"\n.*?)----", Pattern.DOTALL)
                .matcher(Files.readString(DOCUMENTATION));
        assertThat(yaml.find()).isTrue();
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("web.yaml", yaml.group(1)
                .replace("https://backup.example.org", "http://127.0.0.1:" + server.getAddress().getPort())));
        camel.start();
        store = new EndpointStore(camel, "direct:web");
    }

    @AfterEach
    void stop() {
        camel.stop();
        server.stop(0);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestURI().getPath().endsWith("/index.json")
                ? "[{\"name\": \"vda.full.data\", \"bytes\": 10}]".getBytes() : CONTENT;
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range != null) {
            String[] ends = range.substring("bytes=".length()).split("-");
            body = Arrays.copyOfRange(body, Integer.parseInt(ends[0]), Integer.parseInt(ends[1]) + 1);
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void listsAndReadsAndDeletesNothing() throws Exception {
        assertThat(store.tree()).extracting(StoredFile::name).containsExactly("vda.full.data");
        try (InputStream stream = store.open("vda.full.data")) {
            assertThat(stream.readAllBytes()).isEqualTo(CONTENT);
        }
        ByteBuffer part = ByteBuffer.allocate(3);
        store.read("vda.full.data", 4, part);
        assertThat(part.array()).isEqualTo("456".getBytes());
        assertThatThrownBy(() -> store.delete("vda.full.data")).isInstanceOf(StoreException.class)
                .hasMessageContaining("nothing is deleted there");
    }
}
