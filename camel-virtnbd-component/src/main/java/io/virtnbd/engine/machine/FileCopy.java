/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file of a backup that a domain needs beside its images.
 *
 * @param file   of the backup
 * @param target on this host
 */
record FileCopy(StoredFile file, Path target) {

    /** @throws FileAlreadyExistsException if the target is there */
    void requireFree() throws FileAlreadyExistsException {
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString(), null, "expected no such file, to put " + file
                    + " there; set overwrite=true to replace it");
        }
    }

    /** Appears under its name when it is whole and durable. */
    void make(boolean overwrite) throws IOException {
        if (!overwrite) {
            requireFree();
        }
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        try {
            try (InputStream in = file.open()) {
                Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            }
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
