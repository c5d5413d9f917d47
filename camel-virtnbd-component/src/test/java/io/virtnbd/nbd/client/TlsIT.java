/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.testing.FreePort;
import io.virtnbd.testing.RequiresTools;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@RequiresTools({"nbdkit", "openssl"})
@Timeout(120)
@SuppressWarnings("try")
class TlsIT {

    private static final String[] MEMORY = {"memory", "4M"};

    @TempDir
    private static Path shared;
    private static Certificates good;
    private static Certificates wrongHost;

    @TempDir
    private Path directory;
    private Path socket;

    @BeforeAll
    static void makeCertificates() throws Exception {
        good = new Certificates(shared.resolve("good")).sign("server", "DNS:localhost,IP:127.0.0.1")
                .sign("client", "DNS:client.example.com");
        wrongHost = new Certificates(shared.resolve("wrong")).sign("server", "DNS:other.example.com");
    }

    @BeforeEach
    void nameSocket() {
        socket = directory.resolve("nbd.sock");
    }

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private static NbdClient connect(String uri, SSLContext context) throws NbdException {
        return NbdClient.connect(NbdUri.parse(uri), NbdClientOptions.builder().sslContext(context).build());
    }

    private static String[] tls(Certificates certificates, String... more) {
        String[] arguments = new String[2 + more.length + MEMORY.length];
        arguments[0] = "--tls=require";
        arguments[1] = "--tls-certificates=" + certificates.directory();
        System.arraycopy(more, 0, arguments, 2, more.length);
        System.arraycopy(MEMORY, 0, arguments, 2 + more.length, MEMORY.length);
        return arguments;
    }

    private String unixUri(String more) {
        return "nbds+unix:///?socket=" + socket + more;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void worksOverTcp(String protocol) throws Exception {
        int port = FreePort.find();
        try (ServerProcess server = ServerProcess.nbdkit(directory, port, tls(good))) {
            for (String host : new String[] {"localhost", "127.0.0.1"}) {
                try (NbdClient client = connect("nbds://" + host + ":" + port, good.trusting(protocol))) {
                    assertThat(client.export().size()).isEqualTo(4 << 20);
                }
            }
            try (NbdClient client = connect("nbds://127.0.0.1:" + port, good.trusting(protocol))) {
                RandomWork.run(client, directory, 5, 300);
            }
        }
    }

    @Test
    void worksOverUnixSockets() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, tls(good));
                NbdClient client = connect(unixUri(""), good.trusting("TLS"))) {
            RandomWork.run(client, directory, 6, 300);
        }
    }

    @Test
    void showsTheClientsCertificate() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, tls(good, "--tls-verify-peer"))) {
            try (NbdClient client = connect(unixUri(""), good.showing("client"))) {
                assertThat(client.export().size()).isEqualTo(4 << 20);
            }
            assertThatThrownBy(() -> connect(unixUri(""), good.trusting("TLS"))).isInstanceOf(NbdNegotiationException.class);
        }
    }

    @Test
    void refusesACertificateForAnotherHost() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, tls(wrongHost))) {
            assertThatThrownBy(() -> connect(unixUri(""), wrongHost.trusting("TLS")))
                    .isInstanceOf(NbdNegotiationException.class)
                    .hasMessageContaining("the TLS handshake failed").hasMessageContaining("localhost");
            try (NbdClient client = connect(unixUri("&tls-hostname=other.example.com"), wrongHost.trusting("TLS"))) {
                assertThat(client.isOpen()).isTrue();
            }
        }
        int port = FreePort.find();
        try (ServerProcess server = ServerProcess.nbdkit(directory, port, tls(wrongHost))) {
            assertThatThrownBy(() -> connect("nbds://127.0.0.1:" + port, wrongHost.trusting("TLS")))
                    .isInstanceOf(NbdNegotiationException.class).hasMessageContaining("the TLS handshake failed");
        }
    }

    @Test
    void refusesAnUnknownAuthority() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, tls(good))) {
            assertThatThrownBy(() -> connect(unixUri(""), wrongHost.trusting("TLS")))
                    .isInstanceOf(NbdNegotiationException.class).hasMessageContaining("the TLS handshake failed");
            assertThatThrownBy(() -> connect(unixUri(""), null)).as("the default context")
                    .isInstanceOf(NbdNegotiationException.class).hasMessageContaining("the TLS handshake failed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1", "TLSv1.1"})
    void refusesOldVersions(String protocol) throws Exception {
        SSLContext context = good.trusting("TLS");
        try (ServerProcess server = ServerProcess.nbdkit(socket, tls(good))) {
            SSLContext old = good.trusting(protocol);
            assertThat(context.getSupportedSSLParameters().getProtocols()).contains(protocol);
            assertThatThrownBy(() -> connect(unixUri(""), old)).isInstanceOf(NbdNegotiationException.class);
        }
    }

    @Test
    void refusesAServerWithoutTls() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, MEMORY)) {
            assertThatThrownBy(() -> connect(unixUri(""), good.trusting("TLS"))).isInstanceOf(NbdNegotiationException.class)
                    .hasMessageContaining("the server refuses TLS");
        }
    }

    @Test
    void saysToUseNbdsWhereTheServerRequiresTls() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, tls(good))) {
            assertThatThrownBy(() -> connect("nbd+unix:///?socket=" + socket, null))
                    .isInstanceOf(NbdNegotiationException.class).hasMessageContaining("requires TLS")
                    .hasMessageContaining("use nbds+unix://");
        }
    }
}
