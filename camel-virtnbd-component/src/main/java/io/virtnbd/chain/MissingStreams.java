/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Streams that manifests list and their directory does not have. What a damaged manifest lists is not known. Immutable. */
final class MissingStreams {

    private final Manifests manifests;
    /** By the disk, one for each manifest. */
    private final SortedMap<String, List<Missing>> byDisk = new TreeMap<>();

    /** @param names of all files in the directory */
    MissingStreams(Manifests manifests, Set<String> names) {
        this.manifests = manifests;
        for (Manifest manifest : manifests.byFile().values()) {
            Set<String> disks = new HashSet<>();
            for (ManifestEntry entry : manifest.artifacts()) {
                if (!names.contains(entry.name())) {
                    BackupFileNames.parse(entry.name()).map(StreamFileName::disk).filter(disks::add).ifPresent(disk ->
                            byDisk.computeIfAbsent(disk, each -> new ArrayList<>()).add(new Missing(manifest, entry.name())));
                }
            }
        }
    }

    private record Missing(Manifest manifest, String name) {
    }

    /** The disks of which streams are missing. */
    Set<String> disks() {
        return byDisk.keySet();
    }

    /**
     * Checks that what is taken for the newest content is.
     *
     * @param last the last stream of the disk's chain
     * @param time what is later does not count, where there is one
     * @param ages of all streams; needed for a time only
     * @param only the chain that is meant, by the checkpoint of its full or copy; empty for all
     * @throws ChainException if a manifest lists a newer stream of the disk that is missing, or cannot be read and may do so
     */
    void requireNewest(String disk, ChainMember last, Optional<LocalDateTime> time, List<BackupAge> ages, Optional<String> only)
            throws ChainException {
        String checkpoint = last.metadata().checkpointName();
        if (only.isEmpty()) {
            requireNoNewerBroken(disk, checkpoint, time, ages);
        }
        for (Missing missing : byDisk.getOrDefault(disk, List.of())) {
            Manifest manifest = missing.manifest();
            boolean later = time.isPresent()
                    && BackupTimes.parse(manifest.date()).map(date -> date.isAfter(time.get())).orElse(false);
            if (!later && isNewer(manifest, last.metadata())
                    && only.map(chain -> manifests.mayBeOfChain(manifest, chain)).orElse(true)) {
                throw new ChainException(ChainException.Fault.MISSING,
                        "disk " + disk + ": expected the stream " + missing.name() + " that the manifest of "
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

    /** One whose streams are missing, too, would be noticed nowhere. */
    private void requireNoNewerBroken(String disk, String checkpoint, Optional<LocalDateTime> time, List<BackupAge> ages)
            throws ChainException {
        for (Map.Entry<String, IOException> file : manifests.broken().entrySet()) {
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
}
