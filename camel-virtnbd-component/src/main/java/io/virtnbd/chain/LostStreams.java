/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.StoredFile;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Streams that are not there, though the files with virtnbdbackup's checksums of them are. Nothing else tells of the last stream
 * of a chain without manifests that it is missing.
 */
final class LostStreams {

    /** By the disk: what their names tell, by their names. */
    private final SortedMap<String, Map<String, StreamFileName>> byDisk = new TreeMap<>();

    private LostStreams() {
    }

    /** @param files all files of a directory */
    static LostStreams of(List<StoredFile> files) {
        LostStreams lost = new LostStreams();
        Set<String> names = files.stream().map(StoredFile::name).collect(Collectors.toSet());
        for (String checksum : names) {
            ChecksumFile.stream(checksum).filter(name -> !names.contains(name)).ifPresent(name ->
                    BackupFileNames.parse(name).ifPresent(stream ->
                            lost.byDisk.computeIfAbsent(stream.disk(), disk -> new TreeMap<>()).put(name, stream)));
        }
        return lost;
    }

    /** In alphabetical order. */
    List<String> names() {
        return byDisk.values().stream().flatMap(streams -> streams.keySet().stream()).sorted().toList();
    }

    /** The disks that have lost streams. */
    Set<String> disks() {
        return byDisk.keySet();
    }

    /**
     * Checks that what is taken for the newest content is.
     *
     * @param last the last stream of the disk's chain
     * @throws ChainException if a stream is missing that is newer, as far as its name tells
     */
    void requireNewest(String disk, ChainMember last) throws ChainException {
        List<String> newer = new ArrayList<>();
        byDisk.getOrDefault(disk, Map.of()).forEach((name, lost) -> {
            if (isNewer(lost, last)) {
                newer.add(name);
            }
        });
        if (!newer.isEmpty()) {
            String checkpoint = last.metadata().checkpointName();
            throw new ChainException("disk " + disk + ": expected the stream " + newer.get(0) + " that " + newer.get(0)
                    + ChecksumFile.SUFFIX + " is the checksum of, found no such file; the newest content without it is that of " + checkpoint
                    + ", which has to be asked for by that name");
        }
    }

    /** The reference gives a differential the number of the increment that is made after it. */
    private static boolean isNewer(StreamFileName lost, ChainMember last) {
        return switch (lost.level()) {
            case FULL, COPY -> false;
            case INC -> CheckpointNumber.compare(lost.checkpoint().orElseThrow(), last.metadata().checkpointName())
                    .orElse(1) > (last.level() == Level.DIFF ? -1 : 0);
            case DIFF -> {
                LocalDateTime made = LocalDateTime.ofInstant(Instant.ofEpochSecond(lost.epochSeconds().orElseThrow()),
                        ZoneId.systemDefault());
                yield BackupTimes.parse(last.metadata().date()).map(made::isAfter).orElse(true);
            }
        };
    }
}
