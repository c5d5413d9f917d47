/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The place of an export: {@code nbd://}, {@code nbds://}, {@code nbd+unix://} or {@code nbds+unix://}. The {@code s} means
 * TLS, always; without it there is none. Immutable. Source: the NBD URI specification.
 *
 * @param tls         whether the connection must be encrypted and the server's certificate verified
 * @param address     where the server listens
 * @param exportName  at most 4096 bytes of UTF-8 without NUL; empty for the default export
 * @param tlsHostname the name that the server's certificate must bear, where it is not that of the address; only with TLS
 */
public record NbdUri(boolean tls, NbdAddress address, String exportName, Optional<String> tlsHostname) {

    private static final int MAX_NAME_BYTES = 4096;
    private static final String DEFAULT_HOST = "localhost";

    public NbdUri {
        if (exportName.indexOf('\0') >= 0 || exportName.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("an export name has no NUL and at most " + MAX_NAME_BYTES + " bytes");
        }
        if (tlsHostname.isPresent() && !tls) {
            throw new IllegalArgumentException("tls-hostname needs TLS: scheme nbds or nbds+unix");
        }
        if (tlsHostname.isPresent() && tlsHostname.get().isEmpty()) {
            throw new IllegalArgumentException("tls-hostname is empty");
        }
    }

    /** An export without TLS on a TCP port. */
    public static NbdUri tcp(String host, int port, String exportName) {
        return new NbdUri(false, new NbdAddress.Tcp(host, port), exportName, Optional.empty());
    }

    /** An export without TLS on a unix domain socket. */
    public static NbdUri unix(Path socket, String exportName) {
        return new NbdUri(false, new NbdAddress.Unix(socket), exportName, Optional.empty());
    }

    /**
     * Reads a URI. The host defaults to {@code localhost}, the port to 10809. Parameters that begin with {@code x-} are
     * ignored; others that are not known, and {@code tls-verify-peer=0}, are refused.
     *
     * @throws IllegalArgumentException if the text is no such URI; the message has the text and the reason
     */
    public static NbdUri parse(String text) {
        try {
            return new NbdUriParser(text).parse();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an NBD URI: '" + text + "': " + e.getMessage(), e);
        }
    }

    /** The name that the server's certificate must bear: {@code tls-hostname}, else the host, else {@code localhost}. */
    public String certificateName() {
        return tlsHostname.orElse(address instanceof NbdAddress.Tcp tcp ? tcp.host() : DEFAULT_HOST);
    }

    /** A URI that {@link #parse} reads back to an equal object. */
    @Override
    public String toString() {
        StringBuilder uri = new StringBuilder(tls ? "nbds" : "nbd");
        String query = "";
        if (address instanceof NbdAddress.Tcp tcp) {
            String host = PercentCoding.encode(tcp.host(), ":");
            uri.append("://").append(tcp.host().indexOf(':') < 0 ? host : "[" + host + "]");
            if (tcp.port() != NbdAddress.DEFAULT_PORT) {
                uri.append(':').append(tcp.port());
            }
        } else if (address instanceof NbdAddress.Unix unix) {
            uri.append("+unix://");
            query = "?socket=" + PercentCoding.encode(unix.path().toString(), "/");
        }
        uri.append('/').append(PercentCoding.encode(exportName, "/")).append(query);
        if (tlsHostname.isPresent()) {
            uri.append(query.isEmpty() ? "?" : "&").append("tls-hostname=")
                    .append(PercentCoding.encode(tlsHostname.get(), ":"));
        }
        return uri.toString();
    }
}
