/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.chain.StreamFileName;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The manifests that a session was given, and what was read of its streams, compared with each other. Belongs to one thread. */
final class SessionManifests {

    /** One manifest, with its streams by disk and segment. */
    private record Listed(Manifest manifest, Set<String> disks, Map<String, ManifestEntry> entries) {

        static Listed of(Manifest manifest) {
            Listed listed = new Listed(manifest, new HashSet<>(), new HashMap<>());
            for (ManifestEntry entry : manifest.artifacts()) {
                name(entry).ifPresent(name -> {
                    listed.disks.add(name.disk());
                    listed.entries.put(key(name.disk(), name.segmentIndex()), entry);
                });
            }
            return listed;
        }

        private static Optional<StreamFileName> name(ManifestEntry entry) {
            return BackupFileNames.parse(entry.name().substring(entry.name().lastIndexOf('/') + 1));
        }

        /** With the streams of one disk only. */
        Manifest of(String disk) {
            return new Manifest(manifest.domain(), manifest.level(), manifest.checkpoint(), manifest.parentCheckpoint(),
                    manifest.date(), manifest.artifacts().stream().filter(entry -> name(entry)
                    .filter(name -> name.disk().equals(disk)).isPresent()).toList());
        }

        String date() {
            return manifest.date();
        }

        boolean isSame(Manifest other) {
            return manifest.checkpoint().equals(other.checkpoint()) && manifest.date().equals(other.date());
        }

        Optional<ManifestEntry> entry(StreamMetadata stream) {
            return Optional.ofNullable(entries.get(key(stream.diskName(), stream.segmentIndex())));
        }

        /** Checkpoints of another chain can have the same names. */
        boolean isOf(StreamMetadata stream) {
            return manifest.checkpoint().equals(stream.checkpointName()) && disks.contains(stream.diskName())
                    && !isOfAnother(stream);
        }

        /** Whether the stream is of another backup that made a checkpoint of the same name; of whichever disk. */
        boolean isOfAnother(StreamMetadata stream) {
            return manifest.checkpoint().equals(stream.checkpointName()) && !stream.date().isEmpty()
                    && !stream.date().equals(date());
        }

        private static String key(String disk, OptionalInt segment) {
            return disk + "." + (segment.isPresent() ? segment.getAsInt() : "");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SessionManifests.class);

    private final List<Listed> manifests = new ArrayList<>();

    /** Takes a manifest before any stream. */
    void add(Manifest manifest) {
        manifests.removeIf(each -> each.isSame(manifest));
        manifests.add(Listed.of(manifest));
    }

    /**
     * Takes a manifest, compares the streams with it that were applied before, and remembers it for those that come later.
     *
     * @throws ChainException   if it is that of another backup
     * @throws RestoreException if a stream was read that is not the one that it lists
     */
    void add(Manifest manifest, JournalContent content) throws ChainException, RestoreException {
        Listed listed = Listed.of(manifest);
        for (BegunStream begun : content.begun()) {
            if (listed.isOfAnother(begun.metadata())) {
                throw new ChainException("the manifest of checkpoint " + manifest.checkpoint() + ": expected that of the backup"
                        + " of " + begun.metadata().date() + ", found one of " + manifest.date());
            }
        }
        add(manifest);
        for (int i = 0; i < content.begun().size(); i++) {
            if (content.begun().get(i).metadata().checkpointName().equals(manifest.checkpoint())) {
                check(content, i);
            }
        }
    }

    /**
     * Looks whether a stream that is to be applied is of a backup whose manifest came before. That may have been one of another
     * chain.
     *
     * @throws IncompleteChainException if it is of another one; the manifest of its own may come
     */
    void requireSameBackup(RestoreStep step) throws IncompleteChainException {
        StreamMetadata stream = step.metadata();
        Optional<Listed> other = manifests.stream().filter(each -> each.isOfAnother(stream)).findFirst();
        if (other.isPresent() && listed(stream).isEmpty()) {
            throw new IncompleteChainException(step.name() + ": expected a stream of " + other.get().date() + " as the manifest of"
                    + " checkpoint " + stream.checkpointName() + " that has come, or first another manifest, found one of "
                    + stream.date(), List.of("the manifest of the backup of " + stream.date()));
        }
    }

    /** Checkpoints of later backups that the disk has a part in, as manifests tell that have come. */
    List<String> newerThan(StreamMetadata last) {
        return manifests.stream().filter(each -> each.disks.contains(last.diskName()))
                .filter(each -> !last.date().isEmpty() && each.date().compareTo(last.date()) > 0)
                .map(each -> each.manifest.checkpoint()).sorted().toList();
    }

    private Optional<Listed> listed(StreamMetadata stream) {
        return manifests.stream().filter(each -> each.isOf(stream)).findFirst();
    }

    /** Takes those that an earlier session has kept. */
    void restore(JournalContent content) {
        for (Manifest manifest : content.manifests()) {
            if (manifests.stream().noneMatch(each -> each.isSame(manifest))) {
                manifests.add(Listed.of(manifest));
            }
        }
    }

    /** Keeps those of the disk that are not kept yet, for a later session. */
    void keep(String disk, JournalContent content, RestoreJournal journal) throws IOException {
        for (Listed listed : manifests) {
            if (listed.disks.contains(disk) && content.manifests().stream().noneMatch(listed::isSame)) {
                Manifest own = listed.of(disk);
                content.add(own);
                if (journal != null) {
                    journal.manifest(own);
                }
            }
        }
    }

    boolean isEmpty() {
        return manifests.isEmpty();
    }

    /**
     * Compares one stream, if it was applied wholly and its manifest has come.
     *
     * @throws RestoreException if it is not the one that the manifest lists
     */
    void check(JournalContent content, int index) throws RestoreException {
        StreamMetadata stream = content.begun().get(index).metadata();
        Optional<Listed> listed = listed(stream);
        Optional<ReadContent> read = content.read(index);
        if (listed.isEmpty() || read.isEmpty() || !content.progress(index).whole()) {
            return;
        }
        String name = RestoreStep.describe(stream);
        ManifestEntry entry = listed.get().entry(stream).orElseThrow(() -> new RestoreException(name
                + ": expected a stream that the manifest of its backup lists, found that it lists others of the disk"));
        if (entry.bytes() != read.get().bytes()) {
            throw new RestoreException(name + ": expected " + entry.bytes() + " bytes as in the manifest, found "
                    + read.get().bytes() + "; a stream has to come as it was stored");
        }
        if (entry.sha256() != null && !entry.sha256().equals(read.get().sha256())) {
            throw new RestoreException(name + ": expected SHA-256 " + entry.sha256() + " as in the manifest, found "
                    + read.get().sha256());
        }
    }

    /** Says of which streams of a restore that is complete there was no checksum to compare with. */
    void logUnchecked(SessionProgress progress, JournalContent content, Object target) {
        Set<String> unchecked = new TreeSet<>();
        for (int i = 0; i < content.begun().size(); i++) {
            StreamMetadata stream = content.begun().get(i).metadata();
            boolean manifestIsLast = progress.applied() && stream.checkpointName().equals(progress.checkpoint());
            boolean known = content.read(i).isPresent()
                    && listed(stream).flatMap(each -> each.entry(stream)).map(ManifestEntry::sha256).isPresent();
            if (!known && !manifestIsLast) {
                unchecked.add(stream.checkpointName());
            }
        }
        if (!unchecked.isEmpty()) {
            LOG.info("disk {} was restored to {} from streams without a checksum in a manifest, so that their content was not"
                    + " compared: those of {}", progress.disk(), target, unchecked);
        }
    }

    void clear() {
        manifests.clear();
    }
}
