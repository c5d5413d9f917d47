/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;

/**
 * What an {@link NbdServerBuilder} collected.
 *
 * @param tls         {@code null} where there is no TLS
 * @param idleTimeout zero for no limit
 */
record ServerConfig(Map<String, Export> exports, SocketAddress address, TlsUpgrade tls, int maxConnections,
        Duration handshakeTimeout, Duration idleTimeout) {
}
