/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.Optional;

/** What is wrong with a stream by itself. */
final class StreamFault {

    private StreamFault() {
    }

    /** Why a stream cannot be used at all; empty also where it is only not known whether its backup is complete. */
    static Optional<ChainException> of(StreamFile file) {
        return file.isReadable() ? name(file) : Optional.of(failure(file));
    }

    /** What is known of a stream that has a failure. */
    static ChainException failure(StreamFile file) {
        return file.failure() instanceof ChainException doubt ? doubt
                : new ChainException(file.fileName() + ": expected a sparse stream, found none that can be read: "
                        + file.failure().getMessage(), file.failure());
    }

    /** The level is known from the name only, so the name and the metadata must agree on everything that both tell. */
    private static Optional<ChainException> name(StreamFile file) {
        String found = file.metadata().diskName();
        if (!found.isEmpty() && !found.equals(file.name().disk())) {
            return Optional.of(new ChainException(ChainException.Fault.FOREIGN,
                    file.fileName() + " is a foreign stream: expected disk '" + file.name().disk()
                    + "' as its name says, found disk '" + found + "' in its metadata"));
        }
        boolean base = file.name().level().isBase();
        if (base == file.metadata().incremental()) {
            return unfit(file, "expected " + (base ? "a whole disk" : "an incremental stream")
                    + " as its name says, found incremental=" + base + " in its metadata");
        }
        if (!base && (file.parent().isEmpty() || file.checkpoint().isEmpty())) {
            return unfit(file, "expected a checkpoint and a parent checkpoint, found checkpoint '" + file.checkpoint()
                    + "', parent '" + file.parent() + "'");
        }
        if (file.name().segmentIndex().isPresent() && !file.metadata().isSegment()) {
            return unfit(file, "expected the segment that its name says, found a stream whose metadata does not say of how many "
                    + "segments it is one");
        }
        return Optional.empty();
    }

    private static Optional<ChainException> unfit(StreamFile file, String message) {
        return Optional.of(new ChainException(file.fileName() + ": " + message));
    }
}
