/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

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
}
