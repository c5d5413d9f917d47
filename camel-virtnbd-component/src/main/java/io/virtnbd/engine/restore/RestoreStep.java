/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.sparsestream.StreamMetadata;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** A stream of a restore, in its place. */
final class RestoreStep implements Closeable {

    private final StreamInput input;
    private final StreamMetadata metadata;
    private final boolean mayBeAlone;
    private OpenStream open;

    /**
     * @param open       is kept open for {@link #open()} until {@link #close}
     * @param mayBeAlone whether the other segments of a segment need not be there
     */
    RestoreStep(OpenStream open, boolean mayBeAlone) {
        this.input = open.input();
        this.metadata = open.reader().metadata();
        this.mayBeAlone = mayBeAlone;
        this.open = open;
    }

    /** A stream that was applied before and of which only this is known. */
    RestoreStep(StreamMetadata metadata) {
        this.input = StreamInput.of(describe(metadata), InputStream.nullInputStream());
        this.metadata = metadata;
        this.mayBeAlone = false;
    }

    /** For messages, where there is no name. */
    static String describe(StreamMetadata metadata) {
        return (metadata.isSegment() ? "segment " + metadata.segmentIndex().orElseThrow() + " of " : "the stream of ")
                + "checkpoint " + metadata.checkpointName() + " of disk " + metadata.diskName();
    }

    StreamInput input() {
        return input;
    }

    String name() {
        return input.name();
    }

    StreamMetadata metadata() {
        return metadata;
    }

    /** By what the stream is known again. */
    BegunStream identity() throws IOException {
        return BegunStream.of(input, metadata);
    }

    /** Whether the stream is of the full or copy that the chain starts with. */
    boolean isBase() {
        return !metadata.incremental();
    }

    boolean isFirstSegment() {
        return metadata.segmentIndex().orElse(0) == 0;
    }

    boolean isLastSegment() {
        return metadata.segmentIndex().orElse(0) == metadata.segmentCount().orElse(1) - 1;
    }

    /**
     * Whether it is a segment that is restored without the others. Those of an increment never are: they need what they build
     * on.
     */
    boolean isAlone() {
        return mayBeAlone && isBase() && !(isFirstSegment() && isLastSegment());
    }

    /**
     * The stream with its reader at the first frame, for the caller to close.
     *
     * @throws RestoreException if it is not the stream any more that it was
     */
    OpenStream open() throws IOException {
        if (open != null) {
            OpenStream kept = open;
            open = null;
            return kept;
        }
        OpenStream again = OpenStream.open(input);
        if (again.reader().metadata().equals(metadata)) {
            return again;
        }
        again.close();
        throw new RestoreException(name() + " has changed during the restore: expected " + metadata + ", found "
                + again.reader().metadata());
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            OpenStream kept = open;
            open = null;
            kept.close();
        }
    }
}
