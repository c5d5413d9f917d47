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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * The streams in a directory, as they were when it was read. Streams are files with a name of {@link BackupFileNames}; all
 * others are ignored: side files, checksums, and files that are still being written ({@code .partial}, {@code .part}).
 * Subdirectories are not entered. Immutable; safe for use by several threads.
 */
public final class BackupDirectory {

    /** A file with this name says that files of the directory are being replaced or deleted, all of a change or nothing. */
    public static final String CHANGES = ".virtnbd-changes";

    private final DirectoryContent content;

    /** Which of several chains; empty for the newest. */
    private final Optional<String> only;

    private BackupDirectory(DirectoryContent content, Optional<String> only) {
        this.content = content;
        this.only = only;
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
        return read(existing(new DirectoryStore(directory)));
    }

    /** @throws ChainException if it is a directory of this machine, and there is none */
    public static BackupStore existing(BackupStore store) throws ChainException {
        Optional<Path> directory = store.path("");
        if (directory.isPresent() && !Files.isDirectory(directory.get())) {
            throw new ChainException(store.name() + ": expected a directory with a backup, found "
                    + (Files.exists(directory.get()) ? "a file" : "nothing"));
        }
        return store;
    }

    /**
     * The same for any store. Files below it do not count.
     *
     * @throws ChainException if a change of the directory was begun and is not over
     * @throws IOException    if it cannot be listed
     */
    public static BackupDirectory read(BackupStore store) throws IOException {
        return new BackupDirectory(DirectoryContent.read(store), Optional.empty());
    }

    /**
     * The same where nothing in it is in doubt: for who changes it.
     *
     * @throws ChainException if a manifest of a stream is damaged, or there are backups of several domains
     */
    public BackupDirectory sound() throws ChainException {
        content.streams().requireNoneDoubted();
        requireOneDomain();
        return this;
    }

    /** @throws ChainException if there are manifests of several domains, which have no disk in common */
    public void requireOneDomain() throws ChainException {
        content.requireOneDomain();
    }

    /** Where it is. */
    public BackupStore store() {
        return content.store();
    }

    /** The disks of which there are streams, or should be as a manifest says, in alphabetical order. */
    public Set<String> disks() {
        Set<String> disks = new TreeSet<>(content.streams().disks());
        disks.addAll(content.lost().disks());
        if (only.isPresent()) {
            ChainFilter chain = ChainFilter.of(only.get(), content.streams().all());
            disks.removeIf(disk -> !chain.mayHave(content.streams().of(disk)));
        }
        return Collections.unmodifiableSet(disks);
    }

    /** The files directly in it, streams or not, in alphabetical order. */
    public List<StoredFile> files() {
        return content.files();
    }

    /** Names of streams that are not there, though virtnbdbackup's files beside them are, and a file that tells of each. */
    public SortedMap<String, String> lostStreams() {
        return content.lost().lostStreams().evidence();
    }

    /** The manifests of complete backups, by the names of their files. */
    public SortedMap<String, Manifest> manifests() {
        return content.manifests().byFile();
    }

    /** Other files with the suffix of manifests, and why they are none. */
    public SortedMap<String, IOException> brokenManifests() {
        return content.manifests().broken();
    }

    /** What the manifest of its backup says of a stream; empty where there is none. */
    Optional<ManifestEntry> listed(ChainMember member) {
        return content.manifests().entry(member);
    }

    /** What the manifests of the chains' backups list beside streams: of the whole domain, and of the chains' disks. */
    List<ManifestEntry> sideFiles(Collection<Chain> chains) {
        return content.manifests().sideFiles(chains);
    }

    /** Of all streams in it. */
    List<BackupAge> ages() {
        return content.streams().ages();
    }

    /**
     * The same with the streams of one of its chains only.
     *
     * @param chain checkpoint of its full or copy
     */
    public BackupDirectory ofChain(String chain) {
        return new BackupDirectory(content, Optional.of(chain));
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
        String name = disk == null ? content.onlyDisk() : disk;
        content.requireDisk(name);
        return new ChainSearch(content, only, name).find(until);
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
}
