/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.ChainException;
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
import java.util.TreeMap;
import java.util.function.Predicate;

/** The files of a set as they were listed once, its manifests, and what cannot be one. */
final class SetFiles {

    /** virtnbdbackup's checksum of a stream is a file of its own with the stream's name and this. */
    static final String CHECKSUM = ".chksum";

    private final BackupStore store;
    private final List<StoredFile> files;
    private final Map<String, StoredFile> byName = new LinkedHashMap<>();
    private final Set<String> listed = new HashSet<>();
    private final Map<String, Manifest> manifests = new TreeMap<>();
    private final Map<String, IOException> others = new TreeMap<>();

    private SetFiles(BackupStore store, List<StoredFile> files) {
        this.store = store;
        this.files = files;
        add("", files);
    }

    /** Lists the files and reads those that may be manifests. */
    static SetFiles read(BackupStore store) throws IOException {
        SetFiles set = new SetFiles(store, list(store));
        for (StoredFile file : set.files) {
            if (file.name().endsWith(".json") && !file.name().endsWith(".qcow.json")) {
                try {
                    set.manifests.put(file.name(), Manifest.read(file));
                } catch (ChainException e) {
                    set.others.put(file.name(), e);
                }
            }
        }
        return set;
    }

    private static List<StoredFile> list(BackupStore store) throws IOException {
        try {
            return store.files();
        } catch (NoSuchFileException e) {
            throw new ChainException(store.name() + ": expected a backup, found nothing", e);
        }
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

    /** Streams that are not there, though virtnbdbackup's checksums of them are. */
    List<String> lostStreams(Predicate<String> disk) {
        return files.stream().map(StoredFile::name).filter(name -> name.endsWith(CHECKSUM))
                .map(name -> name.substring(0, name.length() - CHECKSUM.length())).filter(name -> !byName.containsKey(name))
                .filter(name -> BackupFileNames.parse(name).filter(stream -> disk.test(stream.disk())).isPresent()).toList();
    }

    /** By file name. */
    Map<String, Manifest> manifests() {
        return manifests;
    }

    /** Why other files with the suffix of manifests are none, by file name. */
    Map<String, IOException> noManifests() {
        return others;
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
