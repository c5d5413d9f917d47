/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.extent.ExtentType;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;

/**
 * The frames of one segment: data up to the size of a segment, with the zero frames between them. A zero frame counts as the
 * bytes of its header, so that a disk with millions of them does not make a segment without bound.
 */
final class SegmentFrames implements FrameSource {

    private final FrameCursor cursor;
    private final int alignment;
    private long room;
    private boolean ended;

    /**
     * @param cursor    where the segment starts; left where it ends
     * @param size      bytes of payload, at least one alignment unit
     * @param alignment data frames are cut at multiples of this length, a power of two
     */
    SegmentFrames(FrameCursor cursor, long size, int alignment) {
        this.cursor = cursor;
        this.room = size;
        this.alignment = alignment;
    }

    @Override
    public Frame next() {
        ExtentType type = ended ? null : cursor.nextType();
        if (type == null) {
            ended = true;
            return null;
        }
        Frame frame = null;
        if (type == ExtentType.ZERO) {
            if (room >= FrameHeader.LENGTH) {
                room -= FrameHeader.LENGTH;
                frame = cursor.next();
            }
        } else {
            long limit = room & -alignment;
            if (limit > 0) {
                frame = cursor.next(limit);
                room -= frame.length();
            }
        }
        ended = frame == null;
        return frame;
    }
}
