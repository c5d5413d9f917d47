/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes a URI apart. Source: RFC 3986, appendix B, and the NBD URI specification. */
final class NbdUriParser {

    private static final Pattern PARTS = Pattern.compile("([^:/?#]+):(?://([^/?#]*))?([^?#]*)(?:\\?([^#]*))?(#.*)?");
    private static final Pattern AUTHORITY = Pattern.compile("(?:(.*)@)?(\\[[^\\]]*]|[^:\\[\\]]*)(?::([0-9]{0,5}))?");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%25.+)?");
    private static final String FORBIDDEN = "\"<>\\^`{|}";
    private static final String DEFAULT_HOST = "localhost";

    private final String text;

    NbdUriParser(String text) {
        this.text = text;
    }

    NbdUri parse() {
        refuseForbiddenCharacters();
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("there is no scheme");
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        boolean tls = scheme.startsWith("nbds");
        boolean unix = scheme.endsWith("+unix");
        if (!scheme.equals((tls ? "nbds" : "nbd") + (unix ? "+unix" : ""))) {
            throw new IllegalArgumentException("the scheme is none of nbd, nbds, nbd+unix and nbds+unix");
        }
        if (parts.group(2) == null) {
            throw new IllegalArgumentException("'//' is expected after the scheme");
        }
        if (parts.group(5) != null) {
            throw new IllegalArgumentException("a fragment ('#') has no meaning here");
        }
        Map<String, String> parameters = parameters(parts.group(4));
        NbdAddress address = unix ? socket(parts.group(2), parameters.remove("socket")) : host(parts.group(2));
        Optional<String> tlsHostname = tlsHostname(tls, parameters);
        for (String name : parameters.keySet()) {
            if (!name.startsWith("x-")) {
                throw new IllegalArgumentException("parameter '" + name + "' is not known here");
            }
        }
        String path = parts.group(3);
        String exportName = PercentCoding.decode(path.isEmpty() ? "" : path.substring(1));
        return new NbdUri(tls, address, exportName, tlsHostname);
    }

    private void refuseForbiddenCharacters() {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || FORBIDDEN.indexOf(c) >= 0) {
                throw new IllegalArgumentException("the character at index " + i + " must be percent-encoded");
            }
        }
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String parameter : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = PercentCoding.decode(equals < 0 ? parameter : parameter.substring(0, equals));
            String value = equals < 0 ? "" : PercentCoding.decode(parameter.substring(equals + 1));
            if (parameters.put(name, value) != null) {
                throw new IllegalArgumentException("parameter '" + name + "' is given twice");
            }
        }
        return parameters;
    }

    private static NbdAddress socket(String authority, String socket) {
        if (!authority.isEmpty()) {
            throw new IllegalArgumentException("a host has no meaning with a unix socket; write three slashes: ':///'");
        }
        if (socket == null || socket.isEmpty()) {
            throw new IllegalArgumentException("parameter 'socket' is missing or empty");
        }
        if (socket.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("unix sockets in the abstract namespace (%00) are not supported");
        }
        return new NbdAddress.Unix(Path.of(socket));
    }

    private static NbdAddress host(String authority) {
        Matcher parts = AUTHORITY.matcher(authority);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + authority + "' is not host:port; IPv6 addresses need brackets");
        }
        if (parts.group(1) != null) {
            throw new IllegalArgumentException("a user name ('@') is not supported");
        }
        String host = parts.group(2);
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
            if (!IPV6.matcher(host).matches()) {
                throw new IllegalArgumentException("'" + host + "' is not an IPv6 address");
            }
        }
        String port = parts.group(3);
        return new NbdAddress.Tcp(host.isEmpty() ? DEFAULT_HOST : PercentCoding.decode(host),
                port == null || port.isEmpty() ? NbdAddress.DEFAULT_PORT : Integer.parseInt(port));
    }

    private static Optional<String> tlsHostname(boolean tls, Map<String, String> parameters) {
        String verify = parameters.remove("tls-verify-peer");
        String type = parameters.remove("tls-type");
        Optional<String> hostname = Optional.ofNullable(parameters.remove("tls-hostname"));
        if (!tls && (verify != null || type != null || hostname.isPresent())) {
            throw new IllegalArgumentException("tls- parameters need TLS: scheme nbds or nbds+unix");
        }
        if (verify != null && !verify.equals("1")) {
            throw new IllegalArgumentException("tls-verify-peer=" + verify + " is not supported: with TLS the server's"
                    + " certificate is always verified");
        }
        if (type != null && !type.equals("x509")) {
            throw new IllegalArgumentException("tls-type=" + type + " is not supported, only x509");
        }
        return hostname;
    }
}
