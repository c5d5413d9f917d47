/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a restore has written.
 *
 * @param disk         name of the disk
 * @param checkpoint   the checkpoint that the disk is at, of the last stream
 * @param virtualSize  bytes of the disk
 * @param streams      number of streams that were applied
 * @param dataBytes    bytes of all data frames
 * @param zeroBytes    bytes of all zero frames
 * @param segmentIndex which segment, where one was restored alone, and the disk is not whole until the others are too
 * @param segmentCount of how many
 * @param image        the image, unless the target was an export
 */
public record RestoreResult(String disk, String checkpoint, long virtualSize, int streams, long dataBytes, long zeroBytes,
                            OptionalInt segmentIndex, OptionalInt segmentCount, Optional<Path> image) {
}
