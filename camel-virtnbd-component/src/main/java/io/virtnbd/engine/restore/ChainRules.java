/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.CheckpointNumber;
import io.virtnbd.sparsestream.StreamMetadata;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Whether streams make a chain in the order in which they come: a full or a copy, increments each of which builds on the one
 * before, and at most one differential; of each all segments, in any order. Source: format document, "Restore rules".
 */
final class ChainRules {

    private final Set<String> checkpoints = new HashSet<>();
    private RestoreStep base;
    private RestoreStep previous;
    /** Indices of the segments of the backup that the last stream is of. */
    private final BitSet segments = new BitSet();
    /** Builds on the base, over the head of increments. */
    private RestoreStep differential;

    /** Takes the next stream. */
    void add(RestoreStep step) throws ChainException {
        if (continuesBackup(step)) {
            checkSegment(step);
        } else {
            requireWholeBackup(step.name());
            checkBackup(step);
            segments.clear();
        }
        segments.set(step.metadata().segmentIndex().orElse(0));
        previous = step;
    }

    /** Where a backup lacks segments, whatever can be one is taken for one. */
    private boolean continuesBackup(RestoreStep step) {
        return !isWholeBackup() && !(step.isFirstSegment() && segments.get(0));
    }

    /** Whether all segments of the last backup have come. */
    boolean isWholeBackup() {
        return previous == null || segments.cardinality() == previous.metadata().segmentCount().orElse(1);
    }

    /** The last stream, or null. */
    RestoreStep last() {
        return previous;
    }

    /** The full or copy, or null. */
    RestoreStep base() {
        return base;
    }

    /** Whether a differential was taken, which nothing can follow. */
    boolean isEnded() {
        return differential != null;
    }

    /** Indices of the segments that the last backup lacks. */
    List<Integer> missingSegments() {
        int count = previous == null ? 0 : previous.metadata().segmentCount().orElse(1);
        return IntStream.range(0, count).filter(index -> !segments.get(index)).boxed().toList();
    }

    /** No stream follows. */
    void end() throws ChainException {
        requireWholeBackup("no further stream");
    }

    /** A backup that was broken off may have left segments among those of another, which differ in nothing but the date. */
    private void checkSegment(RestoreStep step) throws ChainException {
        StreamMetadata expected = previous.metadata();
        StreamMetadata found = step.metadata();
        if (!found.segmentCount().equals(expected.segmentCount()) || segments.get(found.segmentIndex().orElseThrow())) {
            throw new ChainException(step.name() + ": expected segment " + segments.nextClearBit(0) + " of "
                    + expected.segmentCount().orElseThrow() + ", found " + (found.isSegment() ? "segment "
                    + found.segmentIndex().orElseThrow() + " of " + found.segmentCount().orElseThrow() : "a whole stream"));
        }
        checkSame(step, "date", expected.date(), found.date());
        checkSame(step, "checkpoint", expected.checkpointName(), found.checkpointName());
        checkSame(step, "parent checkpoint", expected.parentCheckpoint(), found.parentCheckpoint());
        checkSame(step, "incremental", expected.incremental(), found.incremental());
        checkSame(step, "disk", expected.diskName(), found.diskName());
        checkSame(step, "virtual size", expected.virtualSize(), found.virtualSize());
    }

    private void checkBackup(RestoreStep step) throws ChainException {
        if (step.isBase() != (base == null)) {
            throw new ChainException(step.name() + (base == null
                    ? " is incremental, expected a full or a copy as the first stream of the chain"
                    : " is a full or a copy, expected an increment after " + previous.name()));
        }
        if (base == null) {
            base = step;
        } else {
            checkIncrement(step);
        }
        checkpoints.add(step.metadata().checkpointName());
    }

    private void checkIncrement(RestoreStep step) throws ChainException {
        StreamMetadata metadata = step.metadata();
        if (differential != null) {
            throw new ChainException(step.name() + ": expected no further stream after the differential "
                    + differential.name());
        }
        if (checkpoints.contains(metadata.checkpointName())) {
            throw new ChainException(step.name() + ": expected a checkpoint that is not in the chain yet, found '"
                    + metadata.checkpointName() + "' again");
        }
        checkSame(step, "disk", base.metadata().diskName(), metadata.diskName());
        if (!metadata.chainId().isEmpty() && !base.metadata().chainId().isEmpty()) {
            checkSame(step, "chain", base.metadata().chainId(), metadata.chainId());
        }
        if (!metadata.parentCheckpoint().equals(previous.metadata().checkpointName())) {
            checkDifferential(step);
            differential = step;
        }
        if (metadata.virtualSize() < previous.metadata().virtualSize()) {
            throw new ChainException(step.name() + ": expected a virtual size of at least "
                    + previous.metadata().virtualSize() + ", found " + metadata.virtualSize());
        }
    }

    /**
     * One that builds on the base holds the newest content only if it is newer than the increments that were applied before it.
     */
    private void checkDifferential(RestoreStep step) throws ChainException {
        String last = previous.metadata().checkpointName();
        String first = base.metadata().checkpointName();
        StreamMetadata metadata = step.metadata();
        if (!metadata.parentCheckpoint().equals(first)) {
            throw new ChainException(step.name() + " builds on checkpoint " + metadata.parentCheckpoint() + ", expected " + last
                    + " of " + previous.name() + " or, for a differential, " + first + " of " + base.name());
        }
        if (CheckpointNumber.compare(metadata.checkpointName(), last).orElse(0) <= 0) {
            throw new ChainException(step.name() + " builds on " + base.name() + ": expected a checkpoint that is newer than "
                    + last + " of " + previous.name() + ", found " + metadata.checkpointName());
        }
    }

    private static void checkSame(RestoreStep step, String what, Object expected, Object found) throws ChainException {
        if (!expected.equals(found)) {
            throw new ChainException(step.name() + ": expected " + what + " " + expected + ", found " + found);
        }
    }

    private void requireWholeBackup(String next) throws ChainException {
        if (!isWholeBackup()) {
            throw new ChainException("expected segment " + segments.nextClearBit(0) + " of "
                    + previous.metadata().segmentCount().orElseThrow() + " after " + previous.name() + ", found " + next);
        }
    }
}
