/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How far a restore has come whose streams come one after the other.
 *
 * @param disk        name of the disk
 * @param checkpoint  the checkpoint of the last backup of which something was applied
 * @param virtualSize bytes of the disk
 * @param applied     whether the message changed the disk; not where it had been applied before
 * @param complete    whether the restore is complete, and the image has its name
 * @param streams     number of streams that were applied
 * @param missing     indices of the segments that the last backup lacks
 * @param dataBytes   bytes of all data frames so far
 * @param zeroBytes   bytes of all zero frames so far
 * @param image       the image, unless the target is an export
 */
public record SessionProgress(String disk, String checkpoint, long virtualSize, boolean applied, boolean complete, int streams,
                              List<Integer> missing, long dataBytes, long zeroBytes, Optional<Path> image) {

    public SessionProgress {
        missing = List.copyOf(missing);
    }
}
