/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a restore has written.
 *
 * @param disk        name of the disk
 * @param checkpoint  the checkpoint that the disk is at, of the last stream
 * @param virtualSize bytes of the disk
 * @param streams     number of streams that were applied
 * @param dataBytes   bytes of all data frames
 * @param zeroBytes   bytes of all zero frames
 * @param image       the image, unless the target was an export
 */
public record RestoreResult(String disk, String checkpoint, long virtualSize, int streams, long dataBytes, long zeroBytes,
                            Optional<Path> image) {
}
