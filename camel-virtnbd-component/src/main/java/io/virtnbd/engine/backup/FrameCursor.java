/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentMap;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.ZeroFrame;

/** Cuts extents into frames: data into pieces of at most a request, zeroes as they are. Unchanged ranges have no frame. */
final class FrameCursor implements FrameSource {

    private final ExtentMap.Cursor extents;
    private final int maxDataLength;
    private ExtentType type = ExtentType.UNCHANGED;
    private long at;
    private long end;

    FrameCursor(ExtentMap extents, int maxDataLength) {
        this(extents.cursor(), maxDataLength);
    }

    private FrameCursor(ExtentMap.Cursor extents, int maxDataLength) {
        this.extents = extents;
        this.maxDataLength = maxDataLength;
    }

    /** Another cursor at the same place. */
    FrameCursor copy() {
        FrameCursor copy = new FrameCursor(extents.copy(), maxDataLength);
        copy.type = type;
        copy.at = at;
        copy.end = end;
        return copy;
    }

    /** What the next frame is, or null after the last one. */
    ExtentType nextType() {
        while (at == end || type == ExtentType.UNCHANGED) {
            if (!extents.hasNext()) {
                return null;
            }
            Extent extent = extents.next();
            type = extent.type();
            at = extent.offset();
            end = extent.end();
        }
        return type;
    }

    @Override
    public Frame next() {
        return next(maxDataLength);
    }

    /**
     * The next frame, or null after the last one.
     *
     * @param limit bytes that a data frame may have at most, positive
     */
    Frame next(long limit) {
        if (nextType() == null) {
            return null;
        }
        long start = at;
        if (type == ExtentType.ZERO) {
            at = end;
            return new ZeroFrame(start, end - start);
        }
        long length = Math.min(Math.min(end - start, maxDataLength), limit);
        at = start + length;
        return new DataFrame(start, length);
    }
}
