/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.Interruptions;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * What is checked of chains before anything is written. Their order, the streams' metadata and whether these are what the manifests
 * list was checked when the chains were found.
 */
public final class ChainCheck {

    private static final int THREADS = 2;

    private final BackupDirectory set;
    private final List<ChainMember> members;
    private final MemberProblems problems = new MemberProblems();

    private ChainCheck(BackupDirectory set, Collection<Chain> chains) {
        this.set = set;
        members = chains.stream().flatMap(chain -> chain.members().stream()).toList();
    }

    /**
     * Compares the size of each stream with its manifest. Nothing is read.
     *
     * @param set    where the chains are from
     * @param chains in any order
     * @throws ChainException names all streams, up to ten, that are of another size
     */
    public static void sizes(BackupDirectory set, Collection<Chain> chains) throws ChainException {
        ChainCheck check = new ChainCheck(set, chains);
        for (int i = 0; i < check.members.size(); i++) {
            try {
                check.requireListedSize(check.members.get(i));
            } catch (ChainException e) {
                check.problems.add(i, check.members.get(i).file().name(), e);
            }
        }
        check.problems.throwIfAny(set.store().name());
    }

    /**
     * Compares the size of each stream with its manifest, and looks at how it ends, where the store can read parts of files. No
     * payload is read.
     *
     * @param set    where the chains are from
     * @param chains in any order
     * @throws ChainException names all streams, up to ten, that are truncated or of another size
     * @throws IOException    if the calling thread is interrupted
     */
    public static void structure(BackupDirectory set, Collection<Chain> chains) throws IOException {
        ChainCheck check = new ChainCheck(set, chains);
        check.structure();
        check.problems.throwIfAny(set.store().name());
    }

    /**
     * The same chains, whose streams are compared with the SHA-256 of their manifests as they are read to their ends, which fails
     * with a {@link ChainException} then.
     *
     * @param set    where the chains are from
     * @param chains in any order
     */
    public static List<Chain> whileRead(BackupDirectory set, Collection<Chain> chains) {
        return chains.stream().map(chain -> new Chain(chain.disk(), chain.members().stream()
                .map(member -> set.listed(member).map(ManifestEntry::sha256)
                        .map(sha256 -> new ChainMember(CheckedStore.file(member.file(), sha256), member.metadata(), member.level()))
                        .orElse(member)).toList())).toList();
    }

    /**
     * The names of the streams whose content nothing can tell to be what was backed up: neither does a manifest have their
     * SHA-256, nor do they have LZ4's own checksums.
     *
     * @param set    where the chains are from
     * @param chains in any order
     */
    public static List<String> withoutChecksum(BackupDirectory set, Collection<Chain> chains) {
        return chains.stream().flatMap(chain -> chain.members().stream()).filter(member -> !member.metadata().compressed())
                .filter(member -> set.listed(member).map(ManifestEntry::sha256).isEmpty())
                .map(member -> member.file().name()).toList();
    }

    /**
     * In addition reads each stream to its end, two at a time, in bounded memory: frames, LZ4 checksums, and the SHA-256 of the
     * manifest or, where there is none, the Adler-32 of the {@code .chksum} file beside the stream. Files that are no streams,
     * such as the domain XML, are compared with the manifests of the same backups, too.
     *
     * @param set    where the chains are from
     * @param chains in any order
     * @throws ChainException names all files, up to ten, that are damaged or cannot be read
     * @throws IOException    if the files cannot be listed, or the calling thread is interrupted
     */
    public static void full(BackupDirectory set, Collection<Chain> chains) throws IOException {
        ChainCheck check = new ChainCheck(set, chains);
        check.structure();
        check.sideFiles(chains);
        check.content();
        check.problems.throwIfAny(set.store().name());
    }

    private void structure() throws IOException {
        for (int i = 0; i < members.size(); i++) {
            StoredFile file = members.get(i).file();
            try {
                requireListedSize(members.get(i));
                if (file.store().seekable()) {
                    StreamEnd.check(file, members.get(i).metadata().compressed());
                }
            } catch (IOException e) {
                Interruptions.rethrow(e);
                problems.add(i, file.name(), e);
            }
        }
    }

    private void requireListedSize(ChainMember member) throws ChainException {
        Optional<ManifestEntry> listed = set.listed(member);
        if (listed.isPresent() && listed.get().bytes() != member.file().bytes()) {
            throw new ChainException("expected " + listed.get().bytes() + " bytes as in the manifest of "
                    + member.metadata().checkpointName() + ", found " + member.file().bytes());
        }
    }

    private void sideFiles(Collection<Chain> chains) throws IOException {
        SideFiles files = new SideFiles(set.store());
        int index = members.size();
        for (ManifestEntry entry : set.sideFiles(chains)) {
            try {
                files.check(entry);
            } catch (IOException e) {
                Interruptions.rethrow(e);
                problems.add(index, entry.name(), e);
            }
            index++;
        }
    }

    /** What is known to be damaged is not read in vain. The largest are begun with, so that the threads end together. */
    private void content() throws IOException {
        Map<String, StoredFile> files = new HashMap<>();
        set.files().forEach(file -> files.put(file.fileName(), file));
        List<Integer> order = IntStream.range(0, members.size()).boxed().filter(index -> !problems.has(index))
                .sorted(Comparator.comparingLong((Integer index) -> -members.get(index).file().bytes())).toList();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "virtnbd-check");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> reading = new ArrayList<>();
            for (int index : order) {
                reading.add(threads.submit(() -> scan(index, files)));
            }
            for (Future<?> each : reading) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the backup in " + set.store().name() + " was checked");
        } catch (ExecutionException e) {
            throw new IOException("the backup in " + set.store().name() + " could not be checked: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private void scan(int index, Map<String, StoredFile> files) {
        ChainMember member = members.get(index);
        try {
            new MemberScan(member, set.listed(member).map(ManifestEntry::sha256),
                    Optional.ofNullable(files.get(member.file().fileName() + ChecksumFile.SUFFIX))).run();
        } catch (IOException e) {
            problems.add(index, member.file().name(), e);
        }
    }
}
