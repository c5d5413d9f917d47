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

/** A segment that is read from the export whenever it is opened. */
final class PlainSegment implements ReopenableStream {

    private final DiskPlan plan;
    private final FrameCursor start;
    private final StreamFactory streams;
    private final StreamMetadata metadata;
    private final long length;

    PlainSegment(DiskPlan plan, FrameCursor start, StreamFactory streams, int index, int count) {
        this.plan = plan;
        this.start = start;
        this.streams = streams;
        StreamSize size = StreamSize.of(plan.segment(start.copy()));
        this.metadata = plan.metadata().toBuilder().dataSize(size.dataBytes()).segment(index, count).build();
        this.length = size.plainLength(metadata.toJson().length);
    }

    long dataSize() {
        return metadata.dataSize();
    }

    @Override
    public InputStream open() throws IOException {
        return streams.plainSegment(plan.segment(start.copy()), metadata);
    }

    @Override
    public OptionalLong length() {
        return OptionalLong.of(length);
    }
}
