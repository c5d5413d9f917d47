/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.testing.Tool;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority that OpenSSL made, and what it signed; file names as nbdkit and QEMU expect them. */
final class Certificates {

    private final Path directory;

    /** @param directory is created */
    Certificates(Path directory) throws Exception {
        this.directory = Files.createDirectories(directory);
        Tool.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=test authority", "-addext", "basicConstraints=critical,CA:TRUE",
                "-keyout", file("ca-key.pem"), "-out", file("ca-cert.pem"));
    }

    Path directory() {
        return directory;
    }

    String file(String name) {
        return directory.resolve(name).toString();
    }

    /**
     * Signs a certificate.
     *
     * @param name    {@code server} or {@code client}
     * @param subject alternative names, for example {@code DNS:localhost,IP:127.0.0.1}
     */
    Certificates sign(String name, String subject) throws Exception {
        Path extensions = directory.resolve(name + ".ext");
        Files.writeString(extensions, "subjectAltName=" + subject + "\n");
        Tool.run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name,
                "-keyout", file(name + "-key.pem"), "-out", file(name + ".csr"));
        Tool.run("openssl", "x509", "-req", "-days", "2", "-in", file(name + ".csr"), "-CA", file("ca-cert.pem"),
                "-CAkey", file("ca-key.pem"), "-CAcreateserial", "-extfile", extensions.toString(),
                "-out", file(name + "-cert.pem"));
        return this;
    }

    /** A context that trusts the authority. */
    SSLContext trusting(String protocol) throws Exception {
        SSLContext context = SSLContext.getInstance(protocol);
        context.init(null, trust().getTrustManagers(), null);
        return context;
    }

    /** A context that trusts the authority and shows the certificate of that name. */
    SSLContext showing(String name) throws Exception {
        Tool.run("openssl", "pkcs12", "-export", "-passout", "pass:secret", "-inkey", file(name + "-key.pem"),
                "-in", file(name + "-cert.pem"), "-out", file(name + ".p12"));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve(name + ".p12"))) {
            keys.load(in, "secret".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), trust().getTrustManagers(), null);
        return context;
    }

    private TrustManagerFactory trust() throws Exception {
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        try (InputStream in = Files.newInputStream(directory.resolve("ca-cert.pem"))) {
            authorities.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        return factory;
    }
}
