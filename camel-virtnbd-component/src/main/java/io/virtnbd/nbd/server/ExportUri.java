/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;

/** Makes the URI of an export. Source: NBD URI document, "NBD URI components". */
final class ExportUri {

    private static final String UNRESERVED = "-._~/";

    private ExportUri() {
    }

    static String of(SocketAddress address, boolean tls, String export) {
        String scheme = tls ? "nbds" : "nbd";
        if (address instanceof UnixDomainSocketAddress unix) {
            return scheme + "+unix:///" + encode(export) + "?socket=" + encode(unix.getPath().toAbsolutePath().toString());
        }
        InetSocketAddress inet = (InetSocketAddress) address;
        String host = inet.getHostString();
        boolean literal6 = inet.getAddress() instanceof Inet6Address && host.indexOf(':') >= 0;
        return scheme + "://" + (literal6 ? "[" + host + "]" : host) + ":" + inet.getPort() + "/" + encode(export);
    }

    private static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xFF);
            if (c < 0x80 && Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append(String.format("%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }
}
