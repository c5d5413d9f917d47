/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Sockets and scratch files of a domain's backups. */
final class JobFilesLeft {

    private JobFilesLeft() {
    }

    static List<Path> of(TestDomain domain) throws IOException {
        String uuid = domain.virsh("domuuid").strip();
        try (Stream<Path> files = Files.list(DomainBackupOptions.DEFAULT_SCRATCH_DIRECTORY)) {
            return files.filter(file -> file.toString().contains(uuid)).toList();
        }
    }
}
