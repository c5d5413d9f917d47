/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the name of a stream's file says.
 *
 * @param disk         name of the disk, without a dot
 * @param level        level of the backup; only the file name tells a full from a copy, and an increment from a differential
 * @param checkpoint   checkpoint that the backup made; present for increments
 * @param epochSeconds time of the backup in seconds since 1970 UTC; present for differentials
 * @param segmentIndex index of the segment from 0; empty for a whole stream
 */
public record StreamFileName(
        String disk, Level level, Optional<String> checkpoint, OptionalLong epochSeconds, OptionalInt segmentIndex) {

    /**
     * The name of a whole stream.
     *
     * @param checkpoint   checkpoint that the backup makes
     * @param epochSeconds time of the backup in seconds since 1970 UTC, not negative
     */
    public static StreamFileName of(String disk, Level level, String checkpoint, long epochSeconds) {
        return new StreamFileName(disk, level, level == Level.INC ? Optional.of(checkpoint) : Optional.empty(),
                level == Level.DIFF ? OptionalLong.of(epochSeconds) : OptionalLong.empty(), OptionalInt.empty());
    }

    /** The name of a segment of the same stream. */
    public StreamFileName segment(int index) {
        return new StreamFileName(disk, level, checkpoint, epochSeconds, OptionalInt.of(index));
    }

    /**
     * When the backup was made, as dates in metadata are: in the local time of this machine. Present for differentials; a number
     * that no date has is later than all.
     */
    Optional<LocalDateTime> localTime() {
        if (epochSeconds.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDateTime.ofInstant(Instant.ofEpochSecond(epochSeconds.getAsLong()), ZoneId.systemDefault()));
        } catch (DateTimeException e) {
            return Optional.of(LocalDateTime.MAX);
        }
    }

    /**
     * The name as it is written.
     *
     * @throws InvalidNameException if the disk's or the checkpoint's name cannot be part of a file name
     */
    public String text() {
        String made = checkpoint.orElse("");
        long time = epochSeconds.orElse(0);
        return segmentIndex.isPresent() ? BackupFileNames.segment(disk, level, made, time, segmentIndex.getAsInt())
                : BackupFileNames.stream(disk, level, made, time);
    }
}
