/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What was found in a backup set, without its streams one by one.
 *
 * @param name         of the set's place, such as the path of its directory
 * @param domain       as its manifests have it; empty where there is none
 * @param chain        as its streams have it; empty where they have none
 * @param disks        names of the disks
 * @param streams      number of streams, segments counted one by one
 * @param streamBytes  bytes of them all
 * @param streamsRead  number of those that were read to their ends
 * @param bytesRead    bytes that were read of them
 * @param unchecked    number of streams whose content was compared with no checksum: not read, or there is none
 * @param unread       what was not read, segments of one backup together, by the name of the one file that they would be
 * @param damaged      of which streams are damaged, by the same names
 * @param manifests    names of the manifests that were compared with the files
 * @param problems     what is wrong, 10,000 at most
 * @param problemCount number of all problems
 * @param duration     how long it took
 * @param cause        the first exception; null where there was none
 */
public record SetReport(String name, Optional<String> domain, Optional<String> chain, Set<String> disks, long streams,
                        long streamBytes, long streamsRead, long bytesRead, long unchecked, List<String> unread,
                        List<String> damaged, List<String> manifests, List<Problem> problems, long problemCount, Duration duration,
                        Exception cause) {

    /** Whether nothing is wrong as far as was looked. */
    public boolean isWhole() {
        return problemCount == 0;
    }

    /** A set that could not be looked into. */
    static SetReport unreadable(String name, Exception failure) {
        Problems problems = new Problems();
        problems.addOfSet(failure);
        return new SetReport(name, Optional.empty(), Optional.empty(), Set.of(), 0, 0, 0, 0, 0, List.of(), List.of(), List.of(),
                problems.kept(), problems.count(), Duration.ZERO, failure);
    }
}
