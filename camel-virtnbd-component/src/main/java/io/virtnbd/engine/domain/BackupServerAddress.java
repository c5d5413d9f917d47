/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

/**
 * Where a domain on another host serves its disks during a backup.
 *
 * @param host address that the domain's host listens on and that this program connects to
 * @param port 1 to 65535
 * @param tls  whether the connection is encrypted, with the host's certificates for backups
 */
public record BackupServerAddress(String host, int port, boolean tls) {

    public static final int DEFAULT_PORT = 10809;

    public BackupServerAddress {
        if (host == null || host.isBlank() || port < 1 || port > 65535) {
            throw new IllegalArgumentException("expected a host and a port from 1 to 65535, found '" + host + "' and " + port);
        }
    }
}
