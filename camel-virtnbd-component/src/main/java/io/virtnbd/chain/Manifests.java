/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.Interruptions;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The manifests in a directory as they were read, found by the checkpoints and the files that they tell of. Immutable. */
final class Manifests {

    private final SortedMap<String, Manifest> byFile = new TreeMap<>();
    /** What has the name of a manifest and is none, or could not be read, and why. */
    private final SortedMap<String, IOException> broken = new TreeMap<>();
    private final Map<String, List<Listing>> byCheckpoint = new HashMap<>();
    /** The checkpoints of the manifests that list files, by the names of these. */
    private final Map<String, String> checkpoints = new HashMap<>();

    private Manifests() {
    }

    /** A manifest, and its artifacts by their names: there can be a great many. */
    private record Listing(Manifest manifest, Map<String, ManifestEntry> entries) {

        static Listing of(Manifest manifest) {
            Map<String, ManifestEntry> entries = new HashMap<>();
            manifest.artifacts().forEach(entry -> entries.put(entry.name(), entry));
            return new Listing(manifest, entries);
        }
    }

    /**
     * Reads those among the files of a directory. One that is damaged is kept as such.
     *
     * @param files all files of the directory
     * @throws IOException if the thread is interrupted
     */
    static Manifests read(List<StoredFile> files) throws IOException {
        Manifests manifests = new Manifests();
        for (StoredFile file : files) {
            String name = file.name();
            if (name.endsWith(".json") && !name.endsWith(".qcow.json")) {
                try {
                    manifests.add(name, Manifest.read(file));
                } catch (IOException e) {
                    Interruptions.rethrow(e);
                    manifests.broken.put(name, e); // an error only where a stream needs it
                }
            }
        }
        return manifests;
    }

    private void add(String file, Manifest manifest) {
        byFile.put(file, manifest);
        byCheckpoint.computeIfAbsent(manifest.checkpoint(), checkpoint -> new ArrayList<>()).add(Listing.of(manifest));
        manifest.artifacts().forEach(entry -> checkpoints.put(entry.name(), manifest.checkpoint()));
    }

    /** Whether there are none to go by. */
    boolean isEmpty() {
        return byFile.isEmpty();
    }

    /** All, by the names of their files. */
    SortedMap<String, Manifest> byFile() {
        return Collections.unmodifiableSortedMap(byFile);
    }

    /** Other files with the suffix of manifests, and why they are none. */
    SortedMap<String, IOException> broken() {
        return Collections.unmodifiableSortedMap(broken);
    }

    /** Those of a checkpoint: several where a domain was renamed, or was defined anew and uses names again. */
    List<Manifest> of(String checkpoint) {
        return listings(checkpoint).stream().map(Listing::manifest).toList();
    }

    private List<Listing> listings(String checkpoint) {
        return byCheckpoint.getOrDefault(checkpoint, List.of());
    }

    /** Whether one of a checkpoint lists a file. */
    boolean lists(String checkpoint, String file) {
        return listings(checkpoint).stream().anyMatch(listing -> listing.entries().containsKey(file));
    }

    /** A checkpoint of which a manifest lists a file. */
    Optional<String> checkpointOf(String file) {
        return Optional.ofNullable(checkpoints.get(file));
    }

    /** When a checkpoint was made, as far as manifests tell: the earliest date of those of that name. */
    Optional<LocalDateTime> earliest(String checkpoint) {
        List<Optional<LocalDateTime>> dates = of(checkpoint).stream().map(manifest -> BackupTimes.parse(manifest.date())).toList();
        return dates.stream().anyMatch(Optional::isEmpty) ? Optional.empty()
                : dates.stream().flatMap(Optional::stream).min(Comparator.naturalOrder());
    }

    /** Whether a backup is of a chain, or could be, as far as manifests tell what it builds on. */
    boolean mayBeOfChain(Manifest manifest, String chain) {
        Set<String> seen = new HashSet<>();
        String checkpoint = manifest.checkpoint();
        String parent = manifest.parentCheckpoint();
        while (!parent.isEmpty() && seen.add(checkpoint)) {
            List<Listing> parents = listings(parent);
            if (parents.size() != 1) {
                return true;
            }
            checkpoint = parent;
            parent = parents.get(0).manifest().parentCheckpoint();
        }
        return checkpoint.equals(chain);
    }

    /** What the manifest of its backup says of a stream; empty where there is none. */
    Optional<ManifestEntry> entry(ChainMember member) {
        return listing(member).map(listing -> listing.entries().get(member.file().fileName()));
    }

    /** What the manifests of the chains' backups list beside streams: of the whole domain, and of the chains' disks. */
    List<ManifestEntry> sideFiles(Collection<Chain> chains) {
        Set<String> disks = chains.stream().map(Chain::disk).collect(Collectors.toSet());
        Set<Manifest> found = Collections.newSetFromMap(new IdentityHashMap<>());
        return chains.stream().flatMap(chain -> chain.members().stream()).map(this::listing).flatMap(Optional::stream)
                .map(Listing::manifest).filter(found::add)
                .flatMap(manifest -> manifest.artifacts().stream())
                .filter(entry -> BackupFileNames.parse(entry.name()).isEmpty())
                .filter(entry -> entry.disk() == null || disks.contains(entry.disk())).toList();
    }

    /** Domains that were defined anew use the names of checkpoints again. */
    private Optional<Listing> listing(ChainMember member) {
        String date = member.metadata().date();
        return listings(member.metadata().checkpointName()).stream()
                .filter(listing -> date.isEmpty() || listing.manifest().date().equals(date)).findFirst();
    }

    /**
     * A domain that was renamed has manifests under two names. Two domains that share a directory by mistake have no disk in
     * common, or the streams of one have replaced those of the other.
     *
     * @param place of the directory, for the message
     * @throws ChainException if there are manifests of several domains
     */
    void requireOneDomain(String place) throws ChainException {
        SortedMap<String, Set<String>> disks = new TreeMap<>();
        for (Manifest manifest : byFile.values()) {
            Set<String> of = disks.computeIfAbsent(manifest.domain(), domain -> new TreeSet<>());
            manifest.artifacts().stream().map(ManifestEntry::disk).filter(Objects::nonNull).forEach(of::add);
        }
        for (String one : disks.keySet()) {
            for (String other : disks.tailMap(one).keySet()) {
                if (!one.equals(other) && Collections.disjoint(disks.get(one), disks.get(other))) {
                    throw new ChainException(ChainException.Fault.FOREIGN,
                            place + ": expected backups of one domain, found manifests of " + one
                            + " with disks " + disks.get(one) + " and of " + other + " with disks " + disks.get(other)
                            + "; each needs a directory of its own");
                }
            }
        }
    }
}
