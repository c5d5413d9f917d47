/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The files of a backup that are no streams, compared with its manifest: they are few and small. */
final class SideFiles {

    private final BackupStore store;
    private final Map<String, Map<String, StoredFile>> directories = new HashMap<>();

    SideFiles(BackupStore store) {
        this.store = store;
    }

    /** @throws IOException if it is not there, or not as the manifest says; does not name the file */
    void check(ManifestEntry entry) throws IOException {
        int slash = entry.name().lastIndexOf('/');
        StoredFile file = files(entry.name().substring(0, Math.max(0, slash))).get(entry.name().substring(slash + 1));
        if (file == null) {
            throw new FileNotFoundException("expected the " + entry.artifact() + " that the manifest lists, found no such file");
        }
        if (file.bytes() != entry.bytes()) {
            throw new ChainException("expected " + entry.bytes() + " bytes as in the manifest, found " + file.bytes());
        }
        if (entry.sha256() != null) {
            try (InputStream in = file.open()) {
                Sha256.require(entry.sha256(), Sha256.of(in));
            }
        }
    }

    private Map<String, StoredFile> files(String directory) throws IOException {
        Map<String, StoredFile> files = directories.get(directory);
        if (files == null) {
            files = list(directory).stream().collect(Collectors.toMap(StoredFile::fileName, Function.identity(), (a, b) -> a));
            directories.put(directory, files);
        }
        return files;
    }

    private List<StoredFile> list(String directory) throws IOException {
        try {
            return directory.isEmpty() ? store.files() : store.directory(directory).files();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
