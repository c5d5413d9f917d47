/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.ReopenableStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A file of this host that does not change.
 *
 * @param size in bytes, when the backup began
 */
record HostFile(Path path, long size) implements ReopenableStream {

    static HostFile of(Path path) throws IOException {
        return new HostFile(path, Files.size(path));
    }

    /** @throws IOException if it cannot be read, or has another size by now */
    @Override
    public InputStream open() throws IOException {
        long found = Files.size(path);
        if (found != size) {
            throw new IOException(path + " has changed since the backup began: expected " + size + " bytes, found " + found);
        }
        return Files.newInputStream(path);
    }

    @Override
    public OptionalLong length() {
        return OptionalLong.of(size);
    }
}
