/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.sparsestream.FrameHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Makes one segment after another. A compressed one is read when it is asked for, so that none is in memory that nobody
 * holds. Belongs to one thread at a time.
 */
public final class SegmentIterator implements Iterator<Segment> {

    private final DiskPlan plan;
    private final StreamFactory streams;
    private final FrameCursor cursor;
    private final int count;
    private int index;

    SegmentIterator(DiskPlan plan, StreamFactory streams, int count) {
        this.plan = plan;
        this.streams = streams;
        this.cursor = plan.cursor();
        this.count = count;
    }

    @Override
    public boolean hasNext() {
        return index < count;
    }

    /** Most bytes that the payloads, uncompressed, and the zero frames of the next segment have. */
    public long nextSize() {
        StreamSize size = StreamSize.of(plan.segment(cursor.copy()));
        return size.dataBytes() + size.zeroFrames() * FrameHeader.LENGTH;
    }

    /** @throws UncheckedIOException if a compressed segment cannot be read; asking again tries again */
    @Override
    public Segment next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Segment segment;
        try {
            segment = segment(cursor.copy());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        StreamSize.of(plan.segment(cursor));
        index++;
        return segment;
    }

    private Segment segment(FrameCursor start) throws IOException {
        if (streams.compression().lz4()) {
            CompressedSegment compressed = CompressedSegment.read(plan, start, streams, index, count);
            return new Segment(index, count, compressed.dataSize(), compressed);
        }
        PlainSegment plain = new PlainSegment(plan, start, streams, index, count);
        return new Segment(index, count, plain.dataSize(), plain);
    }
}
