/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import java.nio.file.Path;

/** Where a server listens. */
public sealed interface NbdAddress {

    /** The port that IANA assigned to NBD. */
    int DEFAULT_PORT = 10809;

    /**
     * A TCP port.
     *
     * @param host a name, an IPv4 address, or an IPv6 address without brackets; not empty
     * @param port 1 to 65535
     */
    record Tcp(String host, int port) implements NbdAddress {

        public Tcp {
            if (host.isEmpty()) {
                throw new IllegalArgumentException("the host is empty");
            }
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("port " + port + " is not between 1 and 65535");
            }
        }

        @Override
        public String toString() {
            return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
        }
    }

    /**
     * A unix domain socket.
     *
     * @param path the socket's file, absolute or relative to the working directory
     */
    record Unix(Path path) implements NbdAddress {

        public Unix {
            if (path.toString().isEmpty()) {
                throw new IllegalArgumentException("the path of the unix socket is empty");
            }
        }

        @Override
        public String toString() {
            return "unix socket " + path;
        }
    }
}
