/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.retention;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.BackupSet;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.CheckpointNumber;
import io.virtnbd.chain.ChecksumFile;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.chain.StreamFileName;
import io.virtnbd.chain.Until;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The points of one set, and the files that belong to them.
 *
 * @param points that it can be restored to
 * @param files  of each point, by its checkpoint, in the order in which they go: the manifest first
 * @param sizes  of all files, by their names
 */
record SetPoints(List<RestorePoint> points, Map<String, Set<String>> files, Map<String, Long> sizes) {


    /** @throws ChainException if a backup in it is not whole, as far as names and sizes of files and metadata tell */
    static SetPoints read(BackupSet set) throws IOException {
        BackupDirectory directory = set.directory().sound();
        Map<String, Long> sizes = new TreeMap<>();
        Map<String, Manifest> manifests = new TreeMap<>(directory.manifests());
        manifests.entrySet().removeIf(file -> !file.getKey().endsWith("." + file.getValue().checkpoint() + ".json"));
        for (StoredFile file : set.store().tree()) {
            sizes.put(file.name(), file.bytes());
        }
        SetPoints result = new SetPoints(new ArrayList<>(), new LinkedHashMap<>(), sizes);
        if (manifests.isEmpty()) {
            result.addReference(set, directory);
        }
        for (Map.Entry<String, Manifest> manifest : manifests.entrySet()) {
            result.add(set, directory, manifest.getKey(), manifest.getValue());
        }
        return result;
    }

    private void add(BackupSet set, BackupDirectory directory, String file, Manifest manifest) throws ChainException {
        Set<String> own = files.computeIfAbsent(manifest.checkpoint(), any -> new LinkedHashSet<>());
        own.add(file);
        Set<String> disks = new TreeSet<>();
        for (ManifestEntry entry : manifest.artifacts()) {
            Long found = sizes.get(entry.name());
            if (found == null || found != entry.bytes()) {
                throw new ChainException(file + ": expected " + entry.name() + " of " + entry.bytes() + " bytes, found "
                        + (found == null ? "no such file" : found + " bytes"));
            }
            own.add(entry.name());
            if (sizes.containsKey(entry.name() + ChecksumFile.SUFFIX)) {
                own.add(entry.name() + ChecksumFile.SUFFIX);
            }
            BackupFileNames.parse(entry.name()).map(StreamFileName::disk).ifPresent(disks::add);
        }
        LocalDateTime date = date(file, manifest.date());
        Set<String> needs = new TreeSet<>(Set.of(manifest.checkpoint()));
        String root = manifest.checkpoint();
        for (String disk : directory.disks()) {
            Optional<Chain> chain = disks.contains(disk)
                    ? Optional.of(directory.chain(disk, Until.checkpoint(manifest.checkpoint()))) : before(directory, disk, date);
            for (ChainMember member : chain.map(Chain::members).orElse(List.of())) {
                String made = member.metadata().checkpointName();
                needs.add(made);
                root = CheckpointNumber.compare(made, root).orElse(0) < 0 ? made : root;
            }
        }
        points.add(new RestorePoint(manifest.domain(), set.path(), manifest.checkpoint(), root, date, needs, manifest.level(),
                false));
    }

    /** What a disk was that had no part in a backup: it is restored too. */
    private static Optional<Chain> before(BackupDirectory directory, String disk, LocalDateTime date) {
        try {
            return Optional.of(directory.chain(disk, Until.time(date)));
        } catch (ChainException e) {
            return Optional.empty(); // it is newer
        }
    }

    /** A set of the reference, which tells by a checksum beside each stream that it is complete. */
    private void addReference(BackupSet set, BackupDirectory directory) throws ChainException {
        for (String file : sizes.keySet()) {
            if (BackupFileNames.parse(file).isPresent() && !sizes.containsKey(file + ChecksumFile.SUFFIX)) {
                throw new ChainException(file + " has no manifest: its backup has failed, or is not complete yet");
            }
        }
        Map<String, ChainMember> made = new TreeMap<>();
        for (String disk : directory.disks()) {
            for (ChainMember member : directory.chain(disk, Until.NEWEST).members()) {
                made.putIfAbsent(member.metadata().checkpointName(), member);
            }
        }
        String root = made.keySet().stream().min((one, other) -> CheckpointNumber.compare(one, other).orElse(0)).orElse("");
        Set<String> last = new LinkedHashSet<>();
        for (String file : sizes.keySet()) {
            if (isReference(file)) {
                last.add(file);
            }
        }
        made.keySet().forEach(checkpoint -> files.put(checkpoint, last));
        for (Map.Entry<String, ChainMember> each : made.entrySet()) {
            points.add(new RestorePoint(set.domain().orElse(set.path()), set.path(), each.getKey(), root,
                    date(each.getValue().file().name(), each.getValue().metadata().date()), made.keySet(),
                    each.getValue().level().label(), true));
        }
    }

    private static boolean isReference(String file) {
        return BackupFileNames.parse(file).isPresent()
                || ChecksumFile.stream(file).flatMap(BackupFileNames::parse).isPresent()
                || file.matches("vmconfig\\.[^/]+\\.xml|[^/]+\\.qcow\\.json|checkpoints/[^/]+\\.xml|[^/]+\\.cpt");
    }

    private static LocalDateTime date(String file, String text) throws ChainException {
        try {
            return LocalDateTime.parse(text);
        } catch (DateTimeParseException e) {
            throw new ChainException(file + ": expected a date, found '" + text + "'");
        }
    }

    /**
     * The files that go with some points, in that order: none that another point has too.
     *
     * @param gone checkpoints
     */
    List<String> deletions(List<String> gone) {
        Set<String> result = new LinkedHashSet<>();
        gone.forEach(checkpoint -> result.addAll(files.get(checkpoint)));
        files.forEach((checkpoint, own) -> {
            if (!gone.contains(checkpoint)) {
                result.removeAll(own);
            }
        });
        return List.copyOf(result);
    }

    long bytes(List<String> names) {
        return names.stream().mapToLong(name -> sizes.getOrDefault(name, 0L)).sum();
    }
}
