/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A store that can read files from their starts only, and counts how often each was read to its end. */
final class StreamOnlyStore implements BackupStore {

    private final BackupStore store;
    private final Map<String, Integer> readings;

    StreamOnlyStore(BackupStore store) {
        this(store, new HashMap<>());
    }

    private StreamOnlyStore(BackupStore store, Map<String, Integer> readings) {
        this.store = store;
        this.readings = readings;
    }

    int wholeReadings(String file) {
        return readings.getOrDefault(file, 0);
    }

    @Override
    public String name() {
        return store.name();
    }

    private List<StoredFile> here(List<StoredFile> files) {
        return files.stream().map(file -> new StoredFile(this, file.name(), file.bytes())).toList();
    }

    @Override
    public List<StoredFile> files() throws IOException {
        return here(store.files());
    }

    @Override
    public List<StoredFile> tree() throws IOException {
        return here(store.tree());
    }

    @Override
    public BackupStore directory(String directory) {
        return new StreamOnlyStore(store.directory(directory), readings);
    }

    @Override
    public InputStream open(String file) throws IOException {
        return new FilterInputStream(store.open(file)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int count = super.read(target, offset, length);
                if (count < 0) {
                    readings.merge(file, 1, Integer::sum);
                }
                return count;
            }
        };
    }

    @Override
    public void read(String file, long offset, ByteBuffer target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean seekable() {
        return false;
    }

    @Override
    public void delete(String file) {
        throw new UnsupportedOperationException();
    }
}
