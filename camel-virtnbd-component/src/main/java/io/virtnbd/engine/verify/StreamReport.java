/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.Level;
import io.virtnbd.sparsestream.StreamMetadata;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What was done with one stream of a set, and what was found.
 *
 * @param file     name relative to the set
 * @param disk     name of the disk
 * @param level    level of the backup, from the file's name
 * @param bytes    size of the file
 * @param metadata what the stream says of itself; empty where it could not be read
 * @param content  what it holds; empty where it was not read, or is damaged
 * @param checks   what it has passed
 * @param damaged  whether something is wrong with it
 * @param duration of the reading
 */
public record StreamReport(String file, String disk, Level level, long bytes, Optional<StreamMetadata> metadata,
                           Optional<VerifiedStream> content, Set<Check> checks, boolean damaged, Duration duration) {

    public StreamReport {
        checks = Set.copyOf(checks);
    }

    /** Whether any change of its content would have been found. */
    public boolean contentChecked() {
        return checks.stream().anyMatch(Check::isOfContent);
    }
}
