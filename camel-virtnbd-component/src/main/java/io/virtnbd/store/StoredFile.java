/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of a store, as it was when it was listed.
 *
 * @param store where it is
 * @param name  relative to the store, with '/' between its components
 * @param bytes its size
 */
public record StoredFile(BackupStore store, String name, long bytes) {
    /** The last component of the name. */
    public String fileName() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** @see BackupStore#open */
    public InputStream open() throws IOException {
        return store.open(name);
    }

    /** @see BackupStore#read */
    public void read(long offset, ByteBuffer target) throws IOException {
        store.read(name, offset, target);
    }

    /** @see BackupStore#path */
    public Optional<Path> path() {
        return store.path(name);
    }

    /** With the place that it is in, for messages. */
    @Override
    public String toString() {
        return path().map(Path::toString).orElseGet(() -> store.name() + "/" + name);
    }
}
