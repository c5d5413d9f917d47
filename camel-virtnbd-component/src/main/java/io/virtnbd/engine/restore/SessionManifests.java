/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.sparsestream.StreamMetadata;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The manifests that a session was given, and what was read of its streams, compared with each other. Belongs to one thread. */
final class SessionManifests {

    /** Sizes and checksums of one backup's streams, by disk and segment. */
    private record Listed(String date, Set<String> disks, Map<String, ManifestEntry> entries) {

        static Listed of(Manifest manifest) {
            Listed listed = new Listed(manifest.date(), new HashSet<>(), new HashMap<>());
            for (ManifestEntry entry : manifest.artifacts()) {
                BackupFileNames.parse(entry.name().substring(entry.name().lastIndexOf('/') + 1)).ifPresent(name -> {
                    listed.disks.add(name.disk());
                    listed.entries.put(key(name.disk(), name.segmentIndex()), entry);
                });
            }
            return listed;
        }

        Optional<ManifestEntry> entry(StreamMetadata stream) {
            return Optional.ofNullable(entries.get(key(stream.diskName(), stream.segmentIndex())));
        }

        /** Checkpoints of another chain can have the same names. */
        boolean isOf(StreamMetadata stream) {
            return disks.contains(stream.diskName()) && (stream.date().isEmpty() || stream.date().equals(date));
        }

        private static String key(String disk, OptionalInt segment) {
            return disk + "." + (segment.isPresent() ? segment.getAsInt() : "");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SessionManifests.class);

    private final Map<String, Listed> manifests = new HashMap<>();

    /**
     * Takes a manifest, compares the streams with it that were applied before, and remembers it for those that come later.
     *
     * @throws ChainException   if it is that of another backup
     * @throws RestoreException if a stream was read that is not the one that it lists
     */
    void add(Manifest manifest, JournalContent content) throws ChainException, RestoreException {
        for (BegunStream begun : content.begun()) {
            StreamMetadata stream = begun.metadata();
            if (stream.checkpointName().equals(manifest.checkpoint()) && !stream.date().isEmpty()
                    && !stream.date().equals(manifest.date())) {
                throw new ChainException("the manifest of checkpoint " + manifest.checkpoint() + ": expected that of the backup"
                        + " of " + stream.date() + ", found one of " + manifest.date());
            }
        }
        manifests.put(manifest.checkpoint(), Listed.of(manifest));
        for (int i = 0; i < content.begun().size(); i++) {
            if (content.begun().get(i).metadata().checkpointName().equals(manifest.checkpoint())) {
                check(content, i);
            }
        }
    }

    /**
     * Compares one stream, if it was applied wholly and its manifest has come.
     *
     * @throws RestoreException if it is not the one that the manifest lists
     */
    void check(JournalContent content, int index) throws RestoreException {
        StreamMetadata stream = content.begun().get(index).metadata();
        Listed listed = manifests.get(stream.checkpointName());
        Optional<ReadContent> read = content.read(index);
        if (listed == null || read.isEmpty() || !content.progress(index).whole() || !listed.isOf(stream)) {
            return;
        }
        String name = RestoreStep.describe(stream);
        ManifestEntry entry = listed.entry(stream).orElseThrow(() -> new RestoreException(name
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
            Listed listed = manifests.get(stream.checkpointName());
            boolean known = listed != null && listed.isOf(stream) && content.read(i).isPresent()
                    && listed.entry(stream).map(ManifestEntry::sha256).isPresent();
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
