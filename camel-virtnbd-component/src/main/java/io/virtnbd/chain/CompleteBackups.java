/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which streams of a directory belong to backups that are complete. A backup whose delivery failed leaves streams behind that
 * look whole, and has no manifest: where there are manifests, streams of checkpoints that have none do not count. Checkpoints'
 * numbers are never used again, so no other backup can have such a one. A directory without manifests, as virtnbdbackup writes
 * it, has nothing to go by, and all of its streams count.
 */
final class CompleteBackups {

    private final Set<String> checkpoints = new HashSet<>();
    private final List<StoredFile> others = new ArrayList<>();
    /** Streams that manifests list and the directory does not have: by disk, one for each checkpoint. */
    private final SortedMap<String, Map<String, String>> missing = new TreeMap<>();
    private final Set<String> names;

    private CompleteBackups(List<StoredFile> files) {
        names = files.stream().map(StoredFile::name).collect(Collectors.toSet());
    }

    /**
     * Reads the manifests among the files of a directory.
     *
     * @param files all files of the directory
     */
    static CompleteBackups read(List<StoredFile> files) throws IOException {
        CompleteBackups backups = new CompleteBackups(files);
        for (StoredFile file : files) {
            String name = file.name();
            if (name.endsWith(".json") && !name.endsWith(".qcow.json")) {
                backups.add(file);
            }
        }
        return backups;
    }

    private void add(StoredFile file) throws IOException {
        try {
            Manifest manifest = Manifest.read(file);
            checkpoints.add(manifest.checkpoint());
            for (ManifestEntry entry : manifest.artifacts()) {
                if (!names.contains(entry.name())) {
                    BackupFileNames.parse(entry.name()).ifPresent(stream ->
                            missing.computeIfAbsent(stream.disk(), disk -> new LinkedHashMap<>())
                                    .putIfAbsent(manifest.checkpoint(), entry.name()));
                }
            }
        } catch (ChainException e) {
            others.add(file);
        }
    }

    /** The disks of which streams are missing that manifests list. */
    Set<String> disksWithMissing() {
        return missing.keySet();
    }

    /** @throws ChainException if a manifest lists a newer stream of the disk that is missing, so that this is not the newest */
    void requireNewest(String disk, String checkpoint) throws ChainException {
        for (Map.Entry<String, String> lost : missing.getOrDefault(disk, Map.of()).entrySet()) {
            if (CheckpointNumber.compare(lost.getKey(), checkpoint).orElse(0) > 0) {
                throw new ChainException("disk " + disk + ": expected the stream " + lost.getValue() + " that the manifest of "
                        + lost.getKey() + " lists, found no such file; the newest content without it is that of "
                        + checkpoint + ", which has to be asked for by that name");
            }
        }
    }

    /** Whether there are manifests to go by. */
    boolean known() {
        return !checkpoints.isEmpty();
    }

    /**
     * Whether a stream belongs to a complete backup.
     *
     * @throws ChainException if a file has the name of its manifest and is none: without it that cannot be told
     */
    boolean has(StreamFile stream) throws ChainException {
        String checkpoint = stream.metadata() == null ? stream.name().checkpoint().orElse(null) : stream.checkpoint();
        if (checkpoint == null || checkpoints.isEmpty() || checkpoints.contains(checkpoint)) {
            return true;
        }
        for (StoredFile other : others) {
            if (other.name().endsWith("." + checkpoint + ".json")) {
                throw new ChainException(other + ": expected the manifest of the backup that " + stream.fileName()
                        + " belongs to, found something else");
            }
        }
        return false;
    }
}
