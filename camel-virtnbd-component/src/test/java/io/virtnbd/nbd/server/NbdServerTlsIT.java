/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestCertificates;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@RequiresTools({"nbdinfo", "nbdcopy", "qemu-img", "openssl"})
class NbdServerTlsIT {

    private static final long SIZE = 24L << 20;

    @TempDir
    static Path shared;
    private static TestCertificates certificates;
    private static Path image;

    @TempDir
    Path directory;
    private RawFileExport export;
    private NbdServer server;

    @BeforeAll
    static void makeCertificates() throws IOException {
        certificates = new TestCertificates(shared.resolve("certificates"));
        image = TestImages.sparse(shared.resolve("image.raw"), SIZE, 7);
    }

    @BeforeEach
    void openExport() throws IOException {
        export = RawFileExport.readOnly(image);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        export.close();
    }

    private NbdServerBuilder tls() throws Exception {
        return NbdServer.builder().export("", export).export("memory", new MemoryExport(SIZE))
                .tls(certificates.serverContext()).clientCertificateRequired(true);
    }

    private NbdServer start(boolean tcp) throws Exception {
        NbdServerBuilder builder = tls();
        server = (tcp ? builder.tcp(0) : builder.unixSocket(directory.resolve("s"))).build().start();
        return server;
    }

    /** The URI for a client with these certificates. Over a unix socket it must be told the server's name. */
    private String uri(String export, Path clientCertificates) {
        String uri = server.uri(export);
        return uri + (uri.contains("?") ? "&tls-hostname=localhost&" : "?") + "tls-certificates=" + clientCertificates;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void servesLibnbdOverTls(boolean tcp) throws Exception {
        start(tcp);
        assertThat(server.uri("")).startsWith("nbds");
        String source = uri("", certificates.directory());
        assertThat(Tool.run("nbdinfo", source)).contains("newstyle-fixed with TLS").contains("base:allocation");
        Path copy = directory.resolve("copy");
        Tool.run("nbdcopy", source, copy.toString());
        assertThat(Files.mismatch(image, copy)).isEqualTo(-1);
        String memory = uri("memory", certificates.directory());
        Tool.run("nbdcopy", "--flush", image.toString(), memory);
        Tool.run("nbdcopy", memory, copy.toString());
        assertThat(Files.mismatch(image, copy)).isEqualTo(-1);
    }

    @Test
    void servesQemuOverTls() throws Exception {
        start(true);
        int port = URI.create(server.uri("")).getPort();
        Path copy = directory.resolve("copy");
        Tool.run("qemu-img", "convert", "--object",
                "tls-creds-x509,id=tls0,endpoint=client,dir=" + certificates.directory(), "--image-opts", "-O", "raw",
                "driver=raw,file.driver=nbd,file.server.type=inet,file.server.host=localhost,file.server.port=" + port
                        + ",file.tls-creds=tls0", copy.toString());
        assertThat(Files.mismatch(image, copy)).isEqualTo(-1);
    }

    @Test
    void refusesAClientWithoutTls() throws Exception {
        start(true);
        Tool.Result result = Tool.tryRun("nbdinfo", server.uri("").replace("nbds://", "nbd://"));
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("TLS");
        assertThat(Tool.run("nbdinfo", uri("", certificates.directory()))).contains("with TLS");
    }

    @Test
    void refusesAClientWithoutACertificateWhereOneIsRequired() throws Exception {
        start(true);
        Path anonymous = certificates.anonymousClient(directory.resolve("anonymous"), true);
        assertThat(Tool.tryRun("nbdinfo", uri("", anonymous)).exitCode()).isNotZero();
        server.close();
        server = tls().clientCertificateRequired(false).tcp(0).build().start();
        assertThat(Tool.run("nbdinfo", uri("", anonymous))).contains("with TLS");
    }

    @Test
    void survivesAClientThatDoesNotTrustIt() throws Exception {
        start(true);
        Path distrustful = certificates.anonymousClient(directory.resolve("distrustful"), false);
        assertThat(Tool.tryRun("nbdinfo", uri("", distrustful)).exitCode()).isNotZero();
        assertThat(Tool.run("nbdinfo", uri("", certificates.directory()))).contains("with TLS");
    }
}
