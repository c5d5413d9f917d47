/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.extent.ExtentMap;
import io.virtnbd.sparsestream.StreamMetadata;
import java.util.function.Consumer;

/**
 * What a backup of a disk will consist of: its extents, and how they are cut into frames and segments. Fixed before the first
 * byte, so that each reading gives the same stream.
 *
 * @param metadata      of the whole stream
 * @param extents       of the disk
 * @param size          of the whole stream
 * @param maxDataLength bytes of the largest data frame
 * @param segmentSize   bytes of payload in a segment
 * @param alignment     data frames are cut at multiples of this length
 */
record DiskPlan(StreamMetadata metadata, ExtentMap extents, StreamSize size, int maxDataLength, long segmentSize,
                int alignment) {

    FrameCursor cursor() {
        return new FrameCursor(extents, maxDataLength);
    }

    SegmentFrames segment(FrameCursor start) {
        return new SegmentFrames(start, segmentSize, alignment);
    }

    /** Walks over the segments; each is given the place where it starts. A disk without frames has one empty segment. */
    int forEachSegment(Consumer<FrameCursor> action) {
        FrameCursor cursor = cursor();
        int count = 0;
        do {
            action.accept(cursor.copy());
            StreamSize.of(segment(cursor));
            count = Math.addExact(count, 1);
        } while (cursor.nextType() != null);
        return count;
    }

    int segmentCount() {
        return forEachSegment(start -> { });
    }
}
