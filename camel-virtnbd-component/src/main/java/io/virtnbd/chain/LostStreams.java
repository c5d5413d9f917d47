/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Streams that are not there, though the files are that virtnbdbackup writes beside them: its checksums, or what it says of the
 * image when the streams are complete; or another stream has their name. Nothing else tells of the last stream of a chain
 * without manifests that it is missing.
 */
final class LostStreams {

    /** By the disk: what is lost, by their names. */
    private final SortedMap<String, Map<String, Lost>> byDisk = new TreeMap<>();

    private LostStreams() {
    }

    /** @param left the file that tells of the stream */
    private record Lost(StreamFileName name, String left) {
    }

    /**
     * @param names     of all files of a directory
     * @param streams   those of them that are streams
     * @param manifests whether there are manifests, which are what tells then
     */
    static LostStreams of(Set<String> names, Collection<StreamFile> streams, boolean manifests) {
        LostStreams lost = new LostStreams();
        for (String checksum : names) {
            ChecksumFile.stream(checksum).filter(name -> !names.contains(name)).ifPresent(name -> lost.add(name, checksum));
        }
        if (!manifests) {
            ImageInfos.withoutStreams(names, streams).forEach((info, name) -> lost.add(name, info));
        }
        lost.addReplaced(streams);
        return lost;
    }

    /** Names of files may change places. But one of which no stream made the checkpoint has another stream in its place. */
    private void addReplaced(Collection<StreamFile> streams) {
        Set<List<String>> made = streams.stream().filter(StreamFile::isReadable)
                .map(file -> List.of(file.name().disk(), file.checkpoint())).collect(Collectors.toSet());
        for (StreamFile file : streams) {
            Optional<String> named = file.isReadable() ? file.name().checkpoint() : Optional.empty();
            if (named.isPresent() && CheckpointNumber.compare(named.get(), file.checkpoint()).isPresent()
                    && !made.contains(List.of(file.name().disk(), named.get()))) {
                add(file.fileName(), file.fileName());
            }
        }
    }

    private void add(String name, String left) {
        BackupFileNames.parse(name).ifPresent(stream -> byDisk.computeIfAbsent(stream.disk(), disk -> new TreeMap<>())
                .putIfAbsent(name, new Lost(stream, left)));
    }

    /** What tells of each, by its name, in alphabetical order. */
    SortedMap<String, String> evidence() {
        SortedMap<String, String> evidence = new TreeMap<>();
        byDisk.values().forEach(streams -> streams.forEach((name, lost) -> evidence.put(name, lost.left())));
        return evidence;
    }

    /** The disks that have lost streams. */
    Set<String> disks() {
        return byDisk.keySet();
    }

    /**
     * Checks that what is taken for the newest content is.
     *
     * @param last the last stream of the disk's chain
     * @param time what is known to be later does not count, where there is one
     * @param ages of all streams; needed for a time only
     * @throws ChainException if a stream is missing that is newer, as far as its name tells
     */
    void requireNewest(String disk, ChainMember last, Optional<LocalDateTime> time, List<BackupAge> ages) throws ChainException {
        for (Map.Entry<String, Lost> each : byDisk.getOrDefault(disk, Map.of()).entrySet()) {
            Lost lost = each.getValue();
            if (isNewer(lost.name(), last) && !(time.isPresent() && isLater(lost.name(), time.get(), ages))) {
                throw new ChainException(ChainException.Fault.MISSING, "disk " + disk + ": expected the stream " + each.getKey()
                        + (lost.left().equals(each.getKey()) ? ", found another one under that name"
                        : " that " + lost.left() + " tells of, found no such file") + "; the newest content without it is that of "
                        + last.metadata().checkpointName() + ", which has to be asked for by that name");
            }
        }
    }

    /**
     * Whether an increment of that checkpoint is lost.
     *
     * @return what tells of it
     */
    Optional<String> increment(String disk, String checkpoint) {
        return byDisk.getOrDefault(disk, Map.of()).values().stream()
                .filter(lost -> lost.name().checkpoint().filter(checkpoint::equals).isPresent()).map(Lost::left).findFirst();
    }

    /** The reference gives a differential the number of the increment that is made after it. */
    private static boolean isNewer(StreamFileName lost, ChainMember last) {
        return switch (lost.level()) {
            case FULL, COPY -> true; // there is another chain, and nothing tells which of them is the newer one
            case INC -> CheckpointNumber.compare(lost.checkpoint().orElseThrow(), last.metadata().checkpointName())
                    .orElse(1) > (last.level() == Level.DIFF ? -1 : 0);
            case DIFF -> BackupTimes.parse(last.metadata().date()).map(lost.localTime().orElseThrow()::isAfter).orElse(true);
        };
    }

    private static boolean isLater(StreamFileName lost, LocalDateTime time, List<BackupAge> ages) {
        return switch (lost.level()) {
            case FULL, COPY -> false;
            case INC -> BackupAge.isLater(lost.checkpoint().orElseThrow(), time, ages);
            case DIFF -> lost.localTime().orElseThrow().isAfter(time);
        };
    }
}
