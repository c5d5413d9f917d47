/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The files of a set as they were listed once, and its manifests. */
final class SetFiles {

    private final BackupStore store;
    private final List<StoredFile> files;
    private final Map<String, StoredFile> byName = new LinkedHashMap<>();
    private final Set<String> listed = new HashSet<>();
    private final Map<String, Manifest> manifests;

    SetFiles(BackupDirectory set) {
        store = set.store();
        files = set.files();
        manifests = set.manifests();
        add("", files);
    }

    private void add(String directory, List<StoredFile> found) {
        listed.add(directory);
        found.forEach(file -> byName.put(directory + file.name(), file));
    }

    List<StoredFile> all() {
        return files;
    }

    boolean hasStreams() {
        return files.stream().anyMatch(file -> BackupFileNames.parse(file.name()).isPresent());
    }

    /** By file name. */
    Map<String, Manifest> manifests() {
        return manifests;
    }

    /** The file that a manifest or a name tells of. Directories are listed when they are first asked for. */
    Optional<StoredFile> find(String name) throws IOException {
        int slash = name.lastIndexOf('/');
        String directory = name.substring(0, slash + 1);
        if (!listed.contains(directory)) {
            add(directory, filesOf(name.substring(0, slash)));
        }
        return Optional.ofNullable(byName.get(name));
    }

    private List<StoredFile> filesOf(String directory) throws IOException {
        try {
            return store.directory(directory).files();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }

    /** By the name of each artifact, those of all the manifests that list it; of one disk, or all. */
    static Map<String, List<Listing>> listings(Iterable<Manifest> manifests, Optional<String> disk) {
        Map<String, List<Listing>> listings = new LinkedHashMap<>();
        for (Manifest manifest : manifests) {
            for (ManifestEntry entry : manifest.artifacts()) {
                if (disk.isEmpty() || entry.disk() == null || entry.disk().equals(disk.get())) {
                    listings.merge(entry.name(), List.of(new Listing(entry, manifest.checkpoint())), Listing::both);
                }
            }
        }
        return listings;
    }
}
