/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

/** Where a backup job serves its disks over NBD. */
public sealed interface BackupServer {

    /**
     * A unix socket on the domain's host.
     *
     * @param path absolute; at most 107 bytes
     */
    record Unix(String path) implements BackupServer {
    }

    /**
     * A TCP port of the domain's host.
     *
     * @param host address to listen on
     * @param port 1 to 65535
     * @param tls  whether clients have to use TLS, with the host's certificates for backups
     */
    record Tcp(String host, int port, boolean tls) implements BackupServer {
    }
}
