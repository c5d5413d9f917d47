/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.Interruptions;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
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
import java.util.stream.Stream;

/**
 * Which streams of a directory belong to backups that are complete. A backup whose delivery failed leaves streams behind that
 * look whole, and has no manifest: where there are manifests, streams of checkpoints that have none do not count. Checkpoints'
 * numbers are never used again, so no other backup can have such a one. A directory without manifests, as virtnbdbackup writes
 * it, has nothing to go by, and all of its streams count.
 */
final class CompleteBackups {

    /** By the checkpoint. */
    private final Map<String, List<Listing>> listings = new LinkedHashMap<>();
    /** The manifests, by the names of their files. */
    private final SortedMap<String, Manifest> manifests = new TreeMap<>();
    /** What has the name of a manifest and is none, or could not be read, and why. */
    private final SortedMap<String, IOException> broken = new TreeMap<>();
    /** Streams that manifests list and the directory does not have: by disk, one for each manifest. */
    private final SortedMap<String, List<Missing>> missing = new TreeMap<>();
    private final Set<String> names;
    /** The checkpoints of the manifests that list files, by the names of these. */
    private final Map<String, String> listed = new HashMap<>();

    private CompleteBackups(List<StoredFile> files) {
        names = files.stream().map(StoredFile::name).collect(Collectors.toSet());
    }

    /**
     * Reads the manifests among the files of a directory.
     *
     * @param files all files of the directory
     * @throws IOException if the thread is interrupted
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

    /** A manifest, and its artifacts by their names: there can be a great many. */
    private record Listing(Manifest manifest, Map<String, ManifestEntry> entries) {

        static Listing of(Manifest manifest) {
            Map<String, ManifestEntry> entries = new HashMap<>();
            manifest.artifacts().forEach(entry -> entries.put(entry.name(), entry));
            return new Listing(manifest, entries);
        }
    }

    private record Missing(Manifest manifest, String name) {
    }

    private void add(StoredFile file) throws IOException {
        Manifest manifest;
        try {
            manifest = Manifest.read(file);
        } catch (IOException e) {
            Interruptions.rethrow(e);
            broken.put(file.name(), e); // an error only where a stream needs it
            return;
        }
        manifests.put(file.name(), manifest);
        listings.computeIfAbsent(manifest.checkpoint(), checkpoint -> new ArrayList<>()).add(Listing.of(manifest));
        Set<String> disks = new HashSet<>();
        for (ManifestEntry entry : manifest.artifacts()) {
            listed.put(entry.name(), manifest.checkpoint());
            if (!names.contains(entry.name())) {
                BackupFileNames.parse(entry.name()).map(StreamFileName::disk).filter(disks::add).ifPresent(disk ->
                        missing.computeIfAbsent(disk, each -> new ArrayList<>()).add(new Missing(manifest, entry.name())));
            }
        }
    }

    /** The disks of which streams are missing that manifests list. */
    Set<String> disksWithMissing() {
        return missing.keySet();
    }

    /**
     * @param last the last stream of the disk's chain
     * @param time what is later does not count, where there is one
     * @param ages of all streams
     * @param only the chain that is meant, by the checkpoint of its full or copy; empty for all
     * @throws ChainException if a manifest lists a newer stream of the disk that is missing, so that this is not the newest
     */
    void requireNewest(String disk, ChainMember last, Optional<LocalDateTime> time, List<BackupAge> ages, Optional<String> only)
            throws ChainException {
        String checkpoint = last.metadata().checkpointName();
        if (only.isEmpty()) {
            requireNoNewerBroken(disk, checkpoint, time, ages);
        }
        for (Missing lost : missing.getOrDefault(disk, List.of())) {
            Manifest manifest = lost.manifest();
            boolean later = time.isPresent()
                    && BackupTimes.parse(manifest.date()).map(date -> date.isAfter(time.get())).orElse(false);
            if (!later && isNewer(manifest, last.metadata()) && only.map(chain -> isOfChain(manifest, chain)).orElse(true)) {
                throw new ChainException(ChainException.Fault.MISSING,
                        "disk " + disk + ": expected the stream " + lost.name() + " that the manifest of "
                        + manifest.checkpoint() + " lists, found no such file; the newest content without it is that of "
                        + checkpoint + ", which has to be asked for by that name");
            }
        }
    }

    /** As one of both says: numbers begin anew where a domain is defined anew, and clocks are set back. */
    private static boolean isNewer(Manifest manifest, StreamMetadata last) {
        if (CheckpointNumber.compare(manifest.checkpoint(), last.checkpointName()).orElse(0) > 0) {
            return true;
        }
        Optional<LocalDateTime> date = BackupTimes.parse(last.date());
        return date.isPresent() && BackupTimes.parse(manifest.date()).map(made -> made.isAfter(date.get())).orElse(false);
    }

    /** Or could be, as far as manifests tell what it builds on. */
    private boolean isOfChain(Manifest manifest, String chain) {
        Set<String> seen = new HashSet<>();
        String checkpoint = manifest.checkpoint();
        String parent = manifest.parentCheckpoint();
        while (!parent.isEmpty() && seen.add(checkpoint)) {
            List<Listing> parents = listings.getOrDefault(parent, List.of());
            if (parents.size() != 1) {
                return true;
            }
            checkpoint = parent;
            parent = parents.get(0).manifest().parentCheckpoint();
        }
        return checkpoint.equals(chain);
    }

    /** One whose streams are missing, too, would be noticed nowhere. */
    private void requireNoNewerBroken(String disk, String checkpoint, Optional<LocalDateTime> time, List<BackupAge> ages)
            throws ChainException {
        for (Map.Entry<String, IOException> file : broken.entrySet()) {
            Optional<String> made = CheckpointNumber.atEndOf(file.getKey().substring(0, file.getKey().length() - ".json".length()),
                    checkpoint);
            if (made.isPresent() && CheckpointNumber.compare(made.get(), checkpoint).orElse(0) > 0
                    && !(time.isPresent() && BackupAge.isLater(made.get(), time.get(), ages))) {
                throw new ChainException("disk " + disk + ": expected to know from " + file.getKey() + " whether there is a newer"
                        + " content than that of " + checkpoint + ", found that it is no manifest: "
                        + file.getValue().getMessage() + "; what there is has to be asked for by the name of its checkpoint",
                        file.getValue());
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
        for (Listing listing : listings.getOrDefault(layer.checkpoint(), List.of())) {
            try {
                new ManifestFit(listing.manifest(), names).check(disk, layer);
                return;
            } catch (ChainException e) {
                misfit = e;
            }
        }
        if (misfit != null) {
            throw misfit;
        }
    }

    /** What the manifest of its backup says of a stream; empty where there is none. */
    Optional<ManifestEntry> listed(ChainMember member) {
        return listing(member).map(listing -> listing.entries().get(member.file().fileName()));
    }

    /** The manifests of the backups that streams are of, each once. */
    List<Manifest> of(Stream<ChainMember> members) {
        Set<Manifest> found = Collections.newSetFromMap(new IdentityHashMap<>());
        return members.map(this::listing).flatMap(Optional::stream).map(Listing::manifest).filter(found::add).toList();
    }

    /** Domains that were defined anew use the names of checkpoints again. */
    private Optional<Listing> listing(ChainMember member) {
        String date = member.metadata().date();
        return listings.getOrDefault(member.metadata().checkpointName(), List.of()).stream()
                .filter(listing -> date.isEmpty() || listing.manifest().date().equals(date)).findFirst();
    }

    /** Of all backups that have one, by the names of their files. */
    SortedMap<String, Manifest> manifests() {
        return Collections.unmodifiableSortedMap(manifests);
    }

    /** Other files with the suffix of manifests, and why they are none. */
    SortedMap<String, IOException> broken() {
        return Collections.unmodifiableSortedMap(broken);
    }

    /** When a checkpoint was made, as far as manifests tell: the earliest date of those of that name. */
    Optional<LocalDateTime> earliest(String checkpoint) {
        List<Optional<LocalDateTime>> dates = listings.getOrDefault(checkpoint, List.of()).stream()
                .map(listing -> BackupTimes.parse(listing.manifest().date())).toList();
        return dates.stream().anyMatch(Optional::isEmpty) ? Optional.empty()
                : dates.stream().flatMap(Optional::stream).min(Comparator.naturalOrder());
    }

    /**
     * A domain that was renamed has manifests under two names. Two domains that share a directory by mistake have no disk in
     * common, or the streams of one have replaced those of the other.
     *
     * @throws ChainException if there are manifests of several domains
     */
    void requireOneDomain(String place) throws ChainException {
        SortedMap<String, Set<String>> disks = new TreeMap<>();
        for (Manifest manifest : manifests.values()) {
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

    /** Whether there are manifests to go by. */
    boolean known() {
        return !listings.isEmpty();
    }

    /**
     * Whether a stream belongs to a complete backup.
     *
     * @throws ChainException if a file has the name of its manifest and is none, or that of another backup: without it that
     *                        cannot be told; or if a manifest lists a stream of another checkpoint under this name
     */
    boolean has(StreamFile stream) throws ChainException {
        String checkpoint = stream.metadata() == null ? stream.name().checkpoint().orElse(null) : stream.checkpoint();
        if (checkpoint == null) {
            return true;
        }
        requireItsManifest(stream.fileName(), checkpoint);
        if (listings.containsKey(checkpoint)) {
            return true;
        }
        String suffix = "." + checkpoint + ".json";
        for (String file : manifests.keySet()) {
            if (file.endsWith(suffix)) {
                throw new ChainException(file + ": expected the manifest of the backup that " + stream.fileName()
                        + " belongs to, found that of " + manifests.get(file).checkpoint());
            }
        }
        for (Map.Entry<String, IOException> file : broken.entrySet()) {
            if (file.getKey().endsWith(suffix)) {
                throw new ChainException(file.getKey() + ": expected the manifest of the backup that " + stream.fileName()
                        + " belongs to, found something else: " + file.getValue().getMessage(), file.getValue());
            }
        }
        return listings.isEmpty();
    }

    /** Names of files can come again, where a domain is defined anew, so that older manifests list them, too. */
    private void requireItsManifest(String name, String checkpoint) throws ChainException {
        boolean own = listings.getOrDefault(checkpoint, List.of()).stream().anyMatch(each -> each.entries().containsKey(name));
        if (!own && listed.containsKey(name)) {
            throw new ChainException(name + ": expected a stream of checkpoint '" + listed.get(name)
                    + "' as its manifest says, found one of '" + checkpoint + "'");
        }
    }
}
