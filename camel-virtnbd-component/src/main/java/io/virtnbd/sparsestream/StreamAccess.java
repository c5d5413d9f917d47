/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A stream whose bytes can be read at any position. */
public interface StreamAccess {

    /** Bytes of the stream. */
    long size();

    /**
     * Fills the buffer up to its limit.
     *
     * @param offset from the start of the stream; the whole range is within the stream
     * @throws IOException if not every byte could be read
     */
    void read(long offset, ByteBuffer target) throws IOException;

    /**
     * Says what is likely to be read next, each a short range, so that it can be fetched in one go where each reading takes its
     * time. The default ignores it.
     *
     * @param offsets ascending; may be behind the end of the stream
     * @param length  bytes of each
     */
    default void expect(long[] offsets, int length) throws IOException {
    }

    /** How many offsets are of use to {@link #expect}; 0 where it does nothing. */
    default int lookahead() {
        return 0;
    }

    /** Bytes that are best read at a time, where more than a header is wanted. */
    default int pieceSize() {
        return 128 << 10;
    }
}
