/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/**
 * Configures an {@link NbdServer}. Without an address it listens on a free TCP port of the loopback interface. For one thread.
 */
public final class NbdServerBuilder {

    private final Map<String, Export> exports = new LinkedHashMap<>();
    private SocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private SSLContext sslContext;
    private boolean tlsRequired = true;
    private boolean clientCertificateRequired;
    private int maxConnections = 64;
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private Duration idleTimeout = Duration.ZERO;

    NbdServerBuilder() {
    }

    /**
     * Adds an export, which stays the caller's to close, after the server.
     *
     * @param name empty for the default export; at most 4096 bytes in UTF-8, without NUL
     */
    public NbdServerBuilder export(String name, Export export) {
        checkString("name of an export", name);
        checkString("description of export " + name, export.description());
        if (exports.putIfAbsent(name, export) != null) {
            throw new IllegalArgumentException("there are two exports named '" + name + "'");
        }
        return this;
    }

    /**
     * Listens on a unix socket. The file must not exist yet; who may connect is decided by the permissions of its directory.
     */
    public NbdServerBuilder unixSocket(Path path) {
        this.address = UnixDomainSocketAddress.of(path);
        return this;
    }

    /** Listens on a TCP port of the loopback interface; 0 for any that is free. */
    public NbdServerBuilder tcp(int port) {
        return tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Listens on a TCP address. Beyond the loopback interface use TLS with client certificates: NBD itself knows no users. */
    public NbdServerBuilder tcp(InetSocketAddress listenAddress) {
        if (listenAddress.isUnresolved()) {
            throw new IllegalArgumentException("unknown host in " + listenAddress);
        }
        this.address = listenAddress;
        return this;
    }

    /** Encrypts with TLS 1.2 or later, and serves nothing without it unless {@link #tlsRequired} says otherwise. */
    public NbdServerBuilder tls(SSLContext context) {
        this.sslContext = Objects.requireNonNull(context, "context");
        return this;
    }

    /** Whether clients that do not start TLS are refused; they are by default when TLS is configured. */
    public NbdServerBuilder tlsRequired(boolean required) {
        this.tlsRequired = required;
        return this;
    }

    /** Whether a TLS client must show a certificate that the context's trust manager accepts; not by default. */
    public NbdServerBuilder clientCertificateRequired(boolean required) {
        this.clientCertificateRequired = required;
        return this;
    }

    /** How many connections may be open at a time, 64 by default; more are closed at once. */
    public NbdServerBuilder maxConnections(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("maxConnections is " + count + ", expected at least 1");
        }
        this.maxConnections = count;
        return this;
    }

    /** How long the handshake of a client, TLS included, may take; 10 s by default. */
    public NbdServerBuilder handshakeTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("handshakeTimeout is " + timeout + ", expected more than zero");
        }
        this.handshakeTimeout = timeout;
        return this;
    }

    /**
     * How long a client may be silent, or leave a reply unread, before its connection is ended; zero, the default, for no
     * limit, as a client that pauses for hours is normal for a backup.
     */
    public NbdServerBuilder idleTimeout(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("idleTimeout is " + timeout + ", expected zero or more");
        }
        this.idleTimeout = timeout;
        return this;
    }

    /** The server, not started yet. */
    public NbdServer build() {
        if (exports.isEmpty()) {
            throw new IllegalStateException("a server needs at least one export");
        }
        TlsUpgrade tls = sslContext == null ? null : new TlsUpgrade(sslContext, tlsRequired, clientCertificateRequired);
        return new NbdServer(new ServerConfig(Collections.unmodifiableMap(new LinkedHashMap<>(exports)), address, tls,
                maxConnections, handshakeTimeout, idleTimeout));
    }

    private static void checkString(String what, String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length > OptionData.MAXIMUM_STRING || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " has " + length + " bytes or a NUL, expected at most "
                    + OptionData.MAXIMUM_STRING + " bytes without NUL");
        }
    }
}
