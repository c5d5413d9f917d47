/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which streams of a directory belong to backups that are complete. A backup whose delivery failed leaves streams behind that
 * look whole, and has no manifest: where there are manifests, streams of checkpoints that have none do not count. Checkpoints'
 * numbers are never used again, so no other backup can have such a one. A directory without manifests, as virtnbdbackup writes
 * it, has nothing to go by, and all of its streams count.
 */
final class CompleteBackups {

    private final Map<String, List<Manifest>> manifests = new LinkedHashMap<>();
    private final List<StoredFile> others = new ArrayList<>();
    /** Streams that manifests list and the directory does not have: by disk, one for each checkpoint. */
    private final SortedMap<String, Map<Manifest, String>> missing = new TreeMap<>();
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
            manifests.computeIfAbsent(manifest.checkpoint(), checkpoint -> new ArrayList<>()).add(manifest);
            for (ManifestEntry entry : manifest.artifacts()) {
                if (!names.contains(entry.name())) {
                    BackupFileNames.parse(entry.name()).ifPresent(stream ->
                            missing.computeIfAbsent(stream.disk(), disk -> new LinkedHashMap<>())
                                    .putIfAbsent(manifest, entry.name()));
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

    /**
     * @param time what is later does not count, where there is one
     * @throws ChainException if a manifest lists a newer stream of the disk that is missing, so that this is not the newest
     */
    void requireNewest(String disk, String checkpoint, Optional<LocalDateTime> time) throws ChainException {
        for (Map.Entry<Manifest, String> lost : missing.getOrDefault(disk, Map.of()).entrySet()) {
            Manifest manifest = lost.getKey();
            boolean later = time.isPresent()
                    && BackupTimes.parse(manifest.date()).map(date -> date.isAfter(time.get())).orElse(false);
            if (!later && CheckpointNumber.compare(manifest.checkpoint(), checkpoint).orElse(0) > 0) {
                throw new ChainException("disk " + disk + ": expected the stream " + lost.getValue() + " that the manifest of "
                        + manifest.checkpoint() + " lists, found no such file; the newest content without it is that of "
                        + checkpoint + ", which has to be asked for by that name");
            }
        }
    }

    /**
     * Checks that a layer is what the manifest of its checkpoint lists.
     *
     * @throws ChainException if it is not, or there are manifests and none of them does
     */
    void requireListed(String disk, Layer layer) throws ChainException {
        ChainException misfit = null;
        for (Manifest manifest : manifests.getOrDefault(layer.checkpoint(), List.of())) {
            try {
                new ManifestFit(manifest, names).check(disk, layer);
                return;
            } catch (ChainException e) {
                misfit = e;
            }
        }
        if (misfit != null) {
            throw misfit;
        }
    }

    /** Of all backups that have one. */
    List<Manifest> manifests() {
        return manifests.values().stream().flatMap(List::stream).toList();
    }

    /**
     * A domain that was renamed has manifests under two names. Two domains that share a directory by mistake have no disk in
     * common, or the streams of one have replaced those of the other.
     *
     * @throws ChainException if there are manifests of several domains
     */
    void requireOneDomain(String place) throws ChainException {
        SortedMap<String, Set<String>> disks = new TreeMap<>();
        for (Manifest manifest : manifests()) {
            Set<String> of = disks.computeIfAbsent(manifest.domain(), domain -> new TreeSet<>());
            manifest.artifacts().stream().map(ManifestEntry::disk).filter(Objects::nonNull).forEach(of::add);
        }
        for (String one : disks.keySet()) {
            for (String other : disks.tailMap(one).keySet()) {
                if (!one.equals(other) && Collections.disjoint(disks.get(one), disks.get(other))) {
                    throw new ChainException(place + ": expected backups of one domain, found manifests of " + one
                            + " with disks " + disks.get(one) + " and of " + other + " with disks " + disks.get(other)
                            + "; each needs a directory of its own");
                }
            }
        }
    }

    /** Whether there are manifests to go by. */
    boolean known() {
        return !manifests.isEmpty();
    }

    /**
     * Whether a stream belongs to a complete backup.
     *
     * @throws ChainException if a file has the name of its manifest and is none: without it that cannot be told
     */
    boolean has(StreamFile stream) throws ChainException {
        String checkpoint = stream.metadata() == null ? stream.name().checkpoint().orElse(null) : stream.checkpoint();
        if (checkpoint == null || manifests.isEmpty() || manifests.containsKey(checkpoint)) {
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
