/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority, a server {@code localhost} and a client, made by openssl. The files have the names that GnuTLS
 * clients look for in a directory of certificates.
 */
public final class TestCertificates {

    public static final String PASSWORD = "changeit";

    private final Path directory;

    public TestCertificates(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        Tool.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=Test CA", "-keyout", file("ca-key.pem"), "-out", file("ca-cert.pem"));
        issue("server", "localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
        issue("client", "client", "extendedKeyUsage=clientAuth\n");
        Tool.run("openssl", "pkcs12", "-export", "-inkey", file("server-key.pem"), "-in", file("server-cert.pem"),
                "-certfile", file("ca-cert.pem"), "-passout", "pass:" + PASSWORD, "-out", file("server.p12"));
        Tool.run("openssl", "pkcs12", "-export", "-inkey", file("client-key.pem"), "-in", file("client-cert.pem"),
                "-passout", "pass:" + PASSWORD, "-out", clientKeyStore().toString());
    }

    /** The client's key and certificate in one file. */
    public Path clientKeyStore() {
        return directory.resolve("client.p12");
    }

    /** The directory for a client that shows its certificate. */
    public Path directory() {
        return directory;
    }

    /** A directory for a client that trusts the authority, or another one of the same name, and shows no certificate. */
    public Path anonymousClient(Path other, boolean trusted) throws IOException {
        Files.createDirectories(other);
        if (trusted) {
            Files.copy(directory.resolve("ca-cert.pem"), other.resolve("ca-cert.pem"));
        } else {
            Tool.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=Test CA", "-keyout", other.resolve("ca-key.pem").toString(),
                    "-out", other.resolve("ca-cert.pem").toString());
        }
        return other;
    }

    /** What a client needs to trust the authority. */
    public TrustManager[] trustManagers() throws IOException, GeneralSecurityException {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        try (InputStream in = Files.newInputStream(directory.resolve("ca-cert.pem"))) {
            trust.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trust);
        return factory.getTrustManagers();
    }

    /** What a server needs that shows its certificate and trusts the authority. */
    public SSLContext serverContext() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve("server.p12"))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers(), null);
        return context;
    }

    private void issue(String name, String commonName, String extensions) throws IOException {
        Path extensionFile = Files.writeString(directory.resolve(name + ".ext"), extensions);
        Tool.run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=" + commonName, "-keyout", file(name + "-key.pem"), "-out", file(name + ".csr"));
        Tool.run("openssl", "x509", "-req", "-days", "2", "-in", file(name + ".csr"), "-CA", file("ca-cert.pem"),
                "-CAkey", file("ca-key.pem"), "-CAcreateserial", "-extfile", extensionFile.toString(),
                "-out", file(name + "-cert.pem"));
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }
}
