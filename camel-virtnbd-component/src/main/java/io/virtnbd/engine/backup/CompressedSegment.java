/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/**
 * A segment in memory. It is read and compressed as a whole before its first byte is handed out, so that its length is known,
 * and so that data that turns out to be zeroes can be left out.
 */
record CompressedSegment(ChunkedBytes bytes, long dataSize) implements ReopenableStream {

    static CompressedSegment read(DiskPlan plan, FrameCursor start, StreamFactory streams, int index, int count)
            throws IOException {
        ChunkedBytes body = new ChunkedBytes();
        StreamTail tail = new StreamTail(true);
        try (ReadPipeline pipeline = streams.segmentPipeline(plan.segment(start.copy()))) {
            for (Slot slot = pipeline.take(); slot != null; slot = pipeline.take()) {
                slot.contributeTo(tail);
                body.append(slot.output());
                pipeline.release();
            }
        }
        tail.encode().forEachRemaining(body::append);
        StreamMetadata metadata = plan.metadata().toBuilder().dataSize(tail.dataBytes()).segment(index, count).build();
        body.prepend(StreamHead.encode(metadata));
        return new CompressedSegment(body, tail.dataBytes());
    }

    @Override
    public InputStream open() {
        return bytes.open();
    }

    @Override
    public OptionalLong length() {
        return OptionalLong.of(bytes.length());
    }
}
