/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/** The streams of a directory that count, by the disks in their files' names. Immutable. */
final class StreamsByDisk {

    private final NavigableMap<String, List<StreamFile>> counting = new TreeMap<>();
    /** Names of those of backups without a manifest, where others have one. */
    private final Map<String, List<String>> leftOut = new HashMap<>();

    private StreamsByDisk() {
    }

    /**
     * Reads their metadata, nothing more. One that cannot be read, or of which it is not known whether it counts, is kept as such.
     *
     * @param files all files of the directory
     * @throws IOException if the thread is interrupted
     */
    static StreamsByDisk read(List<StoredFile> files, CompleteBackups complete) throws IOException {
        StreamsByDisk streams = new StreamsByDisk();
        for (StoredFile file : files) {
            Optional<StreamFileName> name = BackupFileNames.parse(file.name());
            if (name.isPresent()) {
                streams.add(StreamFile.read(file, name.get()), complete);
            }
        }
        return streams;
    }

    private void add(StreamFile stream, CompleteBackups complete) {
        String disk = stream.name().disk();
        StreamFile known = stream;
        boolean counts = true;
        try {
            counts = complete.has(stream);
        } catch (ChainException e) {
            known = stream.doubted(e);
        }
        if (counts) {
            counting.computeIfAbsent(disk, each -> new ArrayList<>()).add(known);
        } else {
            leftOut.computeIfAbsent(disk, each -> new ArrayList<>()).add(known.fileName());
        }
    }

    SortedSet<String> disks() {
        return Collections.unmodifiableSortedSet(counting.navigableKeySet());
    }

    /** Those under the name of a disk; empty where there is no such one. */
    List<StreamFile> of(String disk) {
        return Collections.unmodifiableList(counting.getOrDefault(disk, List.of()));
    }

    List<StreamFile> all() {
        return counting.values().stream().flatMap(List::stream).toList();
    }

    /** Of all that tell. */
    List<BackupAge> ages() {
        return all().stream().filter(StreamFile::isReadable)
                .map(file -> new BackupAge(file.checkpoint(), BackupTimes.parse(file.metadata().date()))).toList();
    }

    /** With the streams of the disk, by their metadata, that are under the name of another one: they would be missed. */
    List<StreamFile> withStrayed(String disk) {
        List<StreamFile> all = new ArrayList<>(of(disk));
        counting.forEach((other, streams) -> {
            if (!other.equals(disk)) {
                streams.stream()
                        .filter(file -> file.isReadable() && file.metadata().diskName().equals(disk))
                        .forEach(all::add);
            }
        });
        return all;
    }

    /** Where something of a disk is missing it may be a stream that does not count. */
    ChainException explained(String disk, ChainException failure) {
        List<String> names = leftOut.getOrDefault(disk, List.of());
        return names.isEmpty() ? failure : new ChainException(failure.getMessage() + "; left out, because their backups have no"
                + " manifest and are not known to be complete: " + String.join(", ", names), failure);
    }

    /** @throws ChainException if it is not known of a stream whether it counts */
    void requireNoneDoubted() throws ChainException {
        for (StreamFile stream : all()) {
            if (stream.failure() instanceof ChainException doubt) {
                throw doubt;
            }
        }
    }
}
