/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The streams in a directory, as they were when it was read. Streams are files with a name of {@link BackupFileNames}; all
 * others are ignored: side files, checksums, and files that are still being written ({@code .partial}, {@code .part}).
 * Subdirectories are not entered. Immutable; safe for use by several threads.
 */
public final class BackupDirectory {

    /** A file with this name says that files of the directory are being replaced or deleted, all of a change or nothing. */
    public static final String CHANGES = ".virtnbd-changes";

    private final BackupStore store;

    /** By the disk in the file's name. */
    private final SortedMap<String, List<StreamFile>> files;

    private final CompleteBackups complete;

    /** Names of streams of backups without a manifest, where others have one; by the disk. */
    private final Map<String, List<String>> leftOut;

    private final BackupTimes times;

    private final LostStreams lost;

    private final Optional<BegunBackup> begun;

    private final List<StoredFile> stored;

    /** Which of several chains; empty for the newest. */
    private final Optional<String> only;

    private BackupDirectory(BackupStore store, List<StoredFile> stored, SortedMap<String, List<StreamFile>> files,
            CompleteBackups complete, Map<String, List<String>> leftOut, BackupTimes times, LostStreams lost,
            Optional<BegunBackup> begun, Optional<String> only) {
        this.store = store;
        this.stored = stored;
        this.files = files;
        this.complete = complete;
        this.leftOut = leftOut;
        this.only = only;
        this.times = times;
        this.lost = lost;
        this.begun = begun;
    }

    /**
     * Lists a directory and reads the metadata of every stream in it and its manifests, nothing more. Where there are manifests,
     * streams of checkpoints without one are left out: they are what backups left behind whose delivery has failed. A stream that
     * cannot be read, and a damaged manifest, are errors only of the chains that may need them.
     *
     * @throws ChainException if it is not a directory
     * @throws IOException    if it cannot be listed
     */
    public static BackupDirectory read(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new ChainException(directory + ": expected a directory with a backup, found "
                    + (Files.exists(directory) ? "a file" : "nothing"));
        }
        return read(new DirectoryStore(directory));
    }

    /**
     * The same for any store. Files below it do not count.
     *
     * @throws ChainException if a change of the directory was begun and is not over
     * @throws IOException    if it cannot be listed
     */
    public static BackupDirectory read(BackupStore store) throws IOException {
        List<StoredFile> stored = store.files();
        if (stored.stream().anyMatch(file -> file.name().equals(CHANGES))) {
            throw new ChainException(store.name() + ": expected backups that nobody changes, found " + CHANGES + ": they are being"
                    + " folded or pruned, or a run that did so was interrupted; the next synthesize in place or retention of the"
                    + " directory finishes it");
        }
        CompleteBackups complete = CompleteBackups.read(stored);
        SortedMap<String, List<StreamFile>> files = new TreeMap<>();
        Map<String, List<String>> leftOut = new HashMap<>();
        for (StoredFile file : stored) {
            Optional<StreamFileName> name = BackupFileNames.parse(file.name());
            if (name.isPresent()) {
                StreamFile stream = StreamFile.read(file, name.get());
                boolean counts = true;
                try {
                    counts = complete.has(stream);
                } catch (ChainException e) {
                    stream = stream.doubted(e);
                }
                if (counts) {
                    files.computeIfAbsent(name.get().disk(), disk -> new ArrayList<>()).add(stream);
                } else {
                    leftOut.computeIfAbsent(name.get().disk(), disk -> new ArrayList<>()).add(stream.fileName());
                }
            }
        }
        List<StreamFile> all = files.values().stream().flatMap(List::stream).toList();
        LostStreams lost = LostStreams.of(stored, all, complete.known());
        Optional<BegunBackup> begun = complete.known() ? Optional.empty() : BegunBackup.of(stored, all);
        return new BackupDirectory(store, List.copyOf(stored), files, complete, leftOut, new BackupTimes(all), lost, begun,
                Optional.empty());
    }

    /**
     * The same where nothing in it is in doubt: for who changes it.
     *
     * @throws ChainException if a manifest of a stream is damaged, or there are backups of several domains
     */
    public BackupDirectory sound() throws ChainException {
        for (List<StreamFile> streams : files.values()) {
            for (StreamFile stream : streams) {
                if (stream.failure() instanceof ChainException doubt) {
                    throw doubt;
                }
            }
        }
        requireOneDomain();
        return this;
    }

    /** @throws ChainException if there are manifests of several domains, which have no disk in common */
    public void requireOneDomain() throws ChainException {
        complete.requireOneDomain(store.name());
    }

    /** Where it is. */
    public BackupStore store() {
        return store;
    }

    /** The disks of which there are streams, or should be as a manifest says, in alphabetical order. */
    public Set<String> disks() {
        Set<String> disks = new TreeSet<>(files.keySet());
        disks.addAll(complete.disksWithMissing());
        disks.addAll(lost.disks());
        only.ifPresent(chain -> disks.removeIf(disk -> !ChainFilter.of(chain, files).mayHave(files.get(disk))));
        return Collections.unmodifiableSet(disks);
    }

    /** The files directly in it, streams or not, in alphabetical order. */
    public List<StoredFile> files() {
        return stored;
    }

    /** Names of streams that are not there, though virtnbdbackup's files beside them are, and a file that tells of each. */
    public SortedMap<String, String> lostStreams() {
        return lost.evidence();
    }

    /** The manifests of complete backups, by the names of their files. */
    public SortedMap<String, Manifest> manifests() {
        return complete.manifests();
    }

    /** Other files with the suffix of manifests, and why they are none. */
    public SortedMap<String, IOException> brokenManifests() {
        return complete.broken();
    }

    /** What the manifest of its backup says of a stream; empty where there is none. */
    Optional<ManifestEntry> listed(ChainMember member) {
        return complete.listed(member);
    }

    /** What the manifests of the chains' backups list beside streams: of the whole domain, and of the chains' disks. */
    List<ManifestEntry> sideFiles(Collection<Chain> chains) {
        Set<String> disks = chains.stream().map(Chain::disk).collect(Collectors.toSet());
        return complete.of(chains.stream().flatMap(chain -> chain.members().stream())).stream()
                .flatMap(manifest -> manifest.artifacts().stream())
                .filter(entry -> BackupFileNames.parse(entry.name()).isEmpty())
                .filter(entry -> entry.disk() == null || disks.contains(entry.disk())).toList();
    }

    /** Of all streams in it. */
    List<BackupAge> ages() {
        return files.values().stream().flatMap(List::stream).filter(StreamFile::isReadable)
                .map(file -> new BackupAge(file.checkpoint(), BackupTimes.parse(file.metadata().date()))).toList();
    }

    /**
     * The same with the streams of one of its chains only.
     *
     * @param chain checkpoint of its full or copy
     */
    public BackupDirectory ofChain(String chain) {
        return new BackupDirectory(store, stored, files, complete, leftOut, times, lost, begun, Optional.of(chain));
    }

    /**
     * The streams that give the content of a disk, in restore order. Their order follows from the parent checkpoints in their
     * metadata; times and names of files do not matter, except that only the name tells the level. Where there are manifests, the
     * streams must be those that the manifests of their checkpoints list.
     *
     * <p>Each full and copy with what builds on it is a chain of its own. The one with the newest stream is taken, by its
     * checkpoint's number and the dates in the metadata, or the one that has the checkpoint.
     *
     * <p>Without a checkpoint to end with, the result is the newest content: all increments and then, where there is one, the
     * newest differential that is not older than the last increment. A manifest that lists a newer stream which is not there
     * is an error. A differential follows directly on what it builds on,
     * which need not be the last increment. Every increment must be connected with the full then. With a checkpoint, gaps
     * and forks behind it do not matter; a name that both an increment and a differential have means the increment. With a time,
     * it is the same as for the newest with what is not later alone; a backup is as late as the latest of its disks in this
     * directory, so that the same time gives the same backups for each disk. Every
     * stream of the disk must be readable, for without its metadata it may be any one; with a checkpoint or a time, those that
     * are known to be of no concern need not.
     *
     * @param disk  name of the disk; null where the directory has exactly one
     * @param until what to end with
     * @throws ChainException if the directory has no such disk, checkpoint or time, or a stream of the disk cannot be read, is
     *                        foreign, or does not fit: no full or copy stream, a missing parent, a doubled stream, two increments
     *                        on one parent, a missing or doubled segment, a stream that is missing at the end or that the manifest
     *                        does not list, a virtual size that shrinks; or if there are several chains and nothing tells which
     *                        one is meant
     */
    public Chain chain(String disk, Until until) throws ChainException {
        if (disk == null || until.equals(Until.NEWEST)) {
            requireOneDomain();
        }
        String name = disk == null ? onlyDisk() : disk;
        List<StreamFile> own = files.get(name);
        if (own == null) {
            throw new ChainException(ChainException.Fault.ABSENT, store.name() + ": expected streams of disk '" + name + "', found "
                    + (files.isEmpty() ? "no streams" : "disks " + String.join(", ", files.keySet())));
        }
        List<ChainMember> members = new ArrayList<>();
        for (Layer layer : layers(name, own, until)) {
            for (StreamFile file : layer.files()) {
                if (file.failure() != null) {
                    throw StreamFault.failure(file);
                }
            }
            complete.requireListed(name, layer);
            for (StreamFile file : layer.files()) {
                members.add(new ChainMember(file.file(), file.metadata(), layer.level()));
            }
        }
        if (until.checkpoint().isPresent()) {
            requireNotBeforeIncrement(name, members.get(members.size() - 1));
        } else {
            requireNewest(name, members.get(members.size() - 1), until.time());
        }
        return new Chain(name, members);
    }

    /** The reference gives a differential the checkpoint of the increment that is made after it. */
    private void requireNotBeforeIncrement(String disk, ChainMember last) throws ChainException {
        Optional<String> left = last.level() == Level.DIFF ? lost.increment(disk, last.metadata().checkpointName()) : Optional.empty();
        if (left.isPresent()) {
            throw new ChainException(ChainException.Fault.MISSING, "disk " + disk + ": expected the increment that made "
                    + last.metadata().checkpointName() + ", of which " + left.get() + " tells, found only the differential "
                    + last.file().fileName() + " of that name, which is older");
        }
    }

    private void requireNewest(String disk, ChainMember last, Optional<LocalDateTime> time) throws ChainException {
        List<BackupAge> ages = ages();
        complete.requireNewest(disk, last, time, ages, only);
        if (only.isEmpty()) {
            lost.requireNewest(disk, last, time, ages);
            if (begun.isPresent() && !begun.get().isLater(time, ages)) {
                throw begun.get().failure();
            }
        }
    }

    /**
     * The chains of all disks, one each, in alphabetical order of the disks.
     *
     * @throws ChainException as {@link #chain}, or if there are no streams, or backups of several domains
     */
    public List<Chain> chains(Until until) throws ChainException {
        requireOneDomain();
        if (disks().isEmpty()) {
            return List.of(chain(null, until));
        }
        List<Chain> chains = new ArrayList<>();
        for (String disk : disks()) {
            chains.add(chain(disk, until));
        }
        return chains;
    }

    private List<Layer> layers(String disk, List<StreamFile> own, Until until) throws ChainException {
        DiskStreams streams = new DiskStreams(withStrayed(disk, own), until, complete);
        try {
            List<List<Layer>> groups = ChainGroups.split(disk, LayerBuilder.build(streams.counting()));
            if (only.isPresent()) {
                groups = ChainFilter.of(only.get(), files).filter(disk, groups);
            }
            return new DiskChains(disk, groups, complete.known(), times).select(until);
        } catch (ChainException failure) {
            ChainException e = streams.explained(failure);
            List<String> names = leftOut.getOrDefault(disk, List.of());
            throw names.isEmpty() ? e : new ChainException(e.getMessage() + "; left out, because their backups have no manifest"
                    + " and are not known to be complete: " + String.join(", ", names), e);
        }
    }

    private String onlyDisk() throws ChainException {
        if (files.size() != 1) {
            throw new ChainException(store.name() + ": expected streams of one disk, found "
                    + (files.isEmpty() ? "no streams" : "disks " + String.join(", ", files.keySet()) + "; name one of them"));
        }
        return files.firstKey();
    }

    /** With the streams of the disk, by their metadata, that are under the name of another one: they would be missed. */
    private List<StreamFile> withStrayed(String disk, List<StreamFile> own) {
        List<StreamFile> all = new ArrayList<>(own);
        files.forEach((other, streams) -> {
            if (!other.equals(disk)) {
                streams.stream()
                        .filter(file -> file.isReadable() && file.metadata().diskName().equals(disk))
                        .forEach(all::add);
            }
        });
        return all;
    }
}
