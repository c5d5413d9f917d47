/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.image.RandomChain;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestCertificates;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.camel.Exchange;
import org.apache.camel.support.jsse.ClientAuthentication;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.SSLContextServerParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks served over TLS to clients of libnbd. */
@RequiresTools({"nbdcopy", "nbdinfo", "openssl", "keytool"})
class ServeTlsIT extends CamelTestSupport {

    @TempDir
    Path directory;

    private SSLContextParameters parameters(TestCertificates certificates, ClientAuthentication authentication) {
        Path trust = directory.resolve(authentication + ".p12");
        Tool.run("keytool", "-importcert", "-noprompt", "-alias", "ca", "-storetype", "PKCS12", "-storepass",
                TestCertificates.PASSWORD, "-file", certificates.directory().resolve("ca-cert.pem").toString(), "-keystore",
                trust.toString());
        KeyManagersParameters keys = new KeyManagersParameters();
        keys.setKeyPassword(TestCertificates.PASSWORD);
        keys.setKeyStore(store(certificates.directory().resolve("server.p12")));
        TrustManagersParameters trusted = new TrustManagersParameters();
        trusted.setKeyStore(store(trust));
        SSLContextServerParameters server = new SSLContextServerParameters();
        server.setClientAuthentication(authentication.name());
        SSLContextParameters parameters = new SSLContextParameters();
        parameters.setKeyManagers(keys);
        parameters.setTrustManagers(trusted);
        parameters.setServerParameters(server);
        return parameters;
    }

    private static KeyStoreParameters store(Path file) {
        KeyStoreParameters store = new KeyStoreParameters();
        store.setResource("file:" + file);
        store.setType("PKCS12");
        store.setPassword(TestCertificates.PASSWORD);
        return store;
    }

    @Test
    void onlyClientsWithTlsAndWhereItIsRequiredACertificateAreServed() throws Exception {
        Path set = Files.createDirectory(directory.resolve("set"));
        byte[] content = new RandomChain(set, new Random(3)).make(300_000, 1).content();
        TestCertificates certificates = new TestCertificates(directory.resolve("certificates"));
        context().getRegistry().bind("tls", parameters(certificates, ClientAuthentication.REQUIRE));
        Exchange exchange = template().send("virtnbd:serve:vm1?serveTls=true&sslContextParameters=#tls&directory=" + set,
                started -> { });
        assertThat(exchange.getException()).isNull();
        String uri = exchange.getMessage().getHeader(VirtNbdConstants.NBD_URI, String.class);
        assertThat(uri).startsWith("nbds://localhost:");

        Path copy = directory.resolve("copy");
        Tool.run("nbdcopy", uri + "?tls-certificates=" + certificates.directory(), copy.toString());
        assertThat(copy).hasBinaryContent(content);

        Path anonymous = certificates.anonymousClient(directory.resolve("anonymous"), true);
        assertThat(Tool.tryRun("nbdinfo", uri + "?tls-certificates=" + anonymous).exitCode()).isNotZero();
        assertThat(Tool.tryRun("nbdinfo", uri.replace("nbds:", "nbd:")).output()).contains("TLS");

        context().getRegistry().bind("open", parameters(certificates, ClientAuthentication.NONE));
        Exchange open = template().send("virtnbd:serve:vm2?serveTls=true&sslContextParameters=#open&directory=" + set,
                started -> { });
        assertThat(open.getException()).isNull();
        Tool.run("nbdinfo", open.getMessage().getHeader(VirtNbdConstants.NBD_URI, String.class) + "?tls-certificates=" + anonymous);
    }
}
