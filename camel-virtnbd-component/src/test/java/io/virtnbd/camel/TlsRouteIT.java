/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.server.MemoryExport;
import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.NbdServerBuilder;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestCertificates;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.X509TrustManager;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backup and restore of exports that are served over TLS only, with certificates from Camel's registry. */
@RequiresTools("openssl")
@SuppressWarnings("try")
class TlsRouteIT {

    private static final int SIZE = 3 << 20;

    @TempDir
    static Path shared;

    private static TestCertificates certificates;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new TestCertificates(shared.resolve("certificates"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void backsUpAndRestoresOverTls(boolean unixSocket) throws Exception {
        MemoryExport source = new MemoryExport(SIZE);
        source.write(70_000, ByteBuffer.wrap("over TLS".getBytes()));
        MemoryExport target = new MemoryExport(SIZE);
        try (NbdServer server = serve(unixSocket).export("source", source).export("target", target).build().start();
             CamelContext camel = camel(server, "&sslContextParameters=#tls")) {
            camel.createProducerTemplate().sendBody("direct:backup", null);
            camel.createProducerTemplate().sendBody("direct:restore", directory.resolve("set").toFile());
        }

        assertThat(content(target)).isEqualTo(content(source));
    }

    @Test
    void refusesAServerThatItHasNoReasonToTrust() throws Exception {
        MemoryExport disk = new MemoryExport(SIZE);
        try (NbdServer server = serve(false).export("source", disk).export("target", disk).build().start();
             CamelContext camel = camel(server, "")) {
            assertThatThrownBy(() -> camel.createProducerTemplate().sendBody("direct:backup", null))
                    .hasStackTraceContaining("TLS");
        }
        assertThat(Files.exists(directory.resolve("set"))).isFalse();
    }

    private NbdServerBuilder serve(boolean unixSocket) throws Exception {
        NbdServerBuilder builder = NbdServer.builder().tls(certificates.serverContext());
        return unixSocket ? builder.unixSocket(directory.resolve("s")) : builder.tcp(0);
    }

    private CamelContext camel(NbdServer server, String options) throws Exception {
        TrustManagersParameters trust = new TrustManagersParameters();
        trust.setTrustManager((X509TrustManager) certificates.trustManagers()[0]);
        SSLContextParameters tls = new SSLContextParameters();
        tls.setTrustManagers(trust);
        CamelContext camel = new DefaultCamelContext();
        camel.getRegistry().bind("tls", tls);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:backup").to("virtnbd:backup:vm1?nbdUri=RAW(" + server.uri("source") + ")" + options)
                        .split(body()).streaming().stopOnException().to("file:" + directory.resolve("set"));
                from("direct:restore").to("virtnbd:restore?nbdUri=RAW(" + server.uri("target") + ")" + options);
            }
        });
        camel.start();
        return camel;
    }

    private static byte[] content(MemoryExport export) {
        ByteBuffer content = ByteBuffer.allocate(SIZE);
        export.read(0, content);
        return content.array();
    }
}
