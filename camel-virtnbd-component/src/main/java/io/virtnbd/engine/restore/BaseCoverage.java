/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Whether the streams of a full or a copy cover the disk without a hole between them. Streams of version 1 may leave out zeroes,
 * which are filled in then; others are incomplete.
 */
final class BaseCoverage {

    /** Fills a range with zeroes. */
    interface Filler {

        void zero(long start, long end) throws IOException;
    }

    private record Range(RestoreStep step, StreamProgress progress) {
    }

    private final List<Range> ranges = new ArrayList<>();

    /** Adds a stream that was applied wholly. */
    void add(RestoreStep step, StreamProgress progress) {
        if (progress.end() > progress.start()) {
            ranges.add(new Range(step, progress));
        }
    }

    /**
     * All streams were added.
     *
     * @param last     any stream of the backup, for its size and for messages
     * @param diskSize bytes of the disk in the end: what increments of a disk that has grown do not mention is zeroes too
     */
    void finish(RestoreStep last, long diskSize, Filler filler) throws IOException {
        ranges.sort(Comparator.comparingInt(range -> range.step().metadata().segmentIndex().orElse(0)));
        long covered = 0;
        for (Range range : ranges) {
            close(range.step(), covered, range.progress().start(), filler);
            covered = range.progress().end();
        }
        long size = last.metadata().virtualSize();
        close(ranges.isEmpty() ? last : ranges.get(ranges.size() - 1).step(), covered, size, filler);
        filler.zero(size, diskSize);
    }

    /** A segment that is restored without the others: its outer ends are all that can be checked. */
    static void checkAlone(RestoreStep step, StreamProgress progress) throws RestoreException {
        if (step.isFirstSegment()) {
            check(step, 0, progress.start());
        }
        if (step.isLastSegment()) {
            check(step, progress.end(), step.metadata().virtualSize());
        }
    }

    private static void close(RestoreStep step, long end, long start, Filler filler) throws IOException {
        check(step, end, start);
        filler.zero(end, start);
    }

    /** @throws RestoreException if there is a hole that may not be there, or an overlap */
    static void check(RestoreStep step, long end, long start) throws RestoreException {
        boolean hole = step.metadata().streamVersion() == 1 ? start < end : start != end;
        if (hole) {
            throw new RestoreException(step.name() + ": expected the segments of a backup to follow each other, found one that"
                    + " ends at byte " + end + " of the disk, and the next frame at " + start);
        }
    }
}
