/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.StreamMetadata;
import java.util.List;

/** Whether the segments of a layer are all of them, once each, and of one backup. */
final class SegmentCheck {

    private SegmentCheck() {
    }

    /** @throws ChainException if a segment is missing, doubled or of another backup; whole streams always pass */
    static void check(Layer layer) throws ChainException {
        List<StreamFile> segments = layer.files();
        StreamFile first = segments.get(0);
        if (!first.metadata().isSegment()) {
            return;
        }
        int count = first.metadata().segmentCount().orElseThrow();
        int expected = 0;
        for (StreamFile segment : segments) {
            checkSameBackup(first, segment);
            if (index(segment) < expected) {
                throw new ChainException(ChainException.Fault.DOUBLED,
                        segment.fileName() + " is segment " + index(segment) + " of " + count
                        + " a second time, expected " + (expected < count ? "segment " + expected : "no more segments")
                        + "; the first is " + segments.get(expected - 1).fileName());
            }
            if (index(segment) > expected) {
                throw missing(first, expected, count, "found " + segment.fileName() + " in its place");
            }
            expected++;
        }
        if (expected < count) {
            throw missing(first, expected, count, "the last one found is " + segments.get(expected - 1).fileName());
        }
    }

    /** A backup that was broken off may leave its segments among those of the one before, under the same checkpoint's name. */
    private static void checkSameBackup(StreamFile first, StreamFile segment) throws ChainException {
        StreamMetadata expected = first.metadata();
        StreamMetadata found = segment.metadata();
        if (!expected.segmentCount().equals(found.segmentCount()) || expected.virtualSize() != found.virtualSize()
                || !expected.date().equals(found.date())) {
            throw new ChainException(ChainException.Fault.FOREIGN,
                    segment.fileName() + " is of another backup than " + first.fileName() + ": expected "
                    + describe(expected) + ", found " + describe(found));
        }
    }

    private static String describe(StreamMetadata metadata) {
        return metadata.segmentCount().orElseThrow() + " segments of " + metadata.virtualSize() + " bytes, date "
                + metadata.date();
    }

    private static ChainException missing(StreamFile first, int index, int count, String found) {
        return new ChainException(ChainException.Fault.MISSING,
                "segment " + index + " is missing from the " + first.name().level().label() + " backup '"
                + first.checkpoint() + "' of disk " + first.name().disk() + ": expected segments 0 to " + (count - 1)
                + ", " + found);
    }

    private static int index(StreamFile segment) {
        return segment.metadata().segmentIndex().orElseThrow();
    }
}
