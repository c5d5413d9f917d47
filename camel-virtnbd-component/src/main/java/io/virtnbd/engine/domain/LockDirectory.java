/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where locks are: with the sockets, and where domains are on other hosts, in this host's directory for temporary files. */
final class LockDirectory {

    private LockDirectory() {
    }

    static Path of(DomainBackupOptions options) {
        Path directory = options.scratchDirectory();
        return options.server().isEmpty() || Files.isDirectory(directory) ? directory
                : Path.of(System.getProperty("java.io.tmpdir"));
    }
}
