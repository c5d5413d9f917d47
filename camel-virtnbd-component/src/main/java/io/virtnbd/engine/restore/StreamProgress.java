/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

/**
 * How far a stream was applied.
 *
 * @param index     which stream of the restore, from 0
 * @param start     first byte on the disk that its frames cover
 * @param end       first byte on the disk behind the frames that were applied; where it is {@code start} there were none
 * @param dataBytes bytes of the data frames that were applied
 * @param zeroBytes bytes of the zero frames that were applied
 * @param whole     whether the stream was read to its end and applied as a whole
 */
record StreamProgress(int index, long start, long end, long dataBytes, long zeroBytes, boolean whole) {

    /** @throws IllegalArgumentException if a component is negative, or the end before the start */
    StreamProgress {
        if (index < 0 || start < 0 || end < start || dataBytes < 0 || zeroBytes < 0) {
            throw new IllegalArgumentException("progress of a stream: found index " + index + ", start " + start + ", end " + end
                    + ", data " + dataBytes + ", zero " + zeroBytes);
        }
    }

    /** Nothing was applied. */
    static StreamProgress none(int index) {
        return new StreamProgress(index, 0, 0, 0, 0, false);
    }
}
