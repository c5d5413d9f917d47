/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.engine.Compression;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** Opens readings of one disk. Safe for use by several threads. */
final class StreamFactory implements Closeable {

    /** Memory for reading ahead, in each reading; as much again for the encoded form of compressed streams. */
    private static final int READ_AHEAD = 4 << 20;
    private static final int MIN_SLOTS = 4;

    private final ExportConnections connections;
    private final DiskBackupOptions options;
    private final String what;
    private final long readAhead;
    private final SlotPool streamSlots;
    private final SlotPool segmentSlots;
    private final SlotPool frameSlots;

    StreamFactory(ExportConnections connections, DiskBackupOptions options, int maxDataLength, String what) {
        this.connections = connections;
        this.options = options;
        this.what = what;
        int slots = Math.max(MIN_SLOTS, READ_AHEAD / maxDataLength);
        Compression compression = options.reading().compression();
        this.readAhead = (long) slots * maxDataLength * (compression.lz4() ? 2 : 1);
        SlotPool plainSlots = new SlotPool(slots, () -> new PlainSlot(maxDataLength, Integer.MAX_VALUE));
        this.streamSlots = compression.lz4()
                ? new SlotPool(slots, () -> new Lz4Slot(maxDataLength, compression.level(), false)) : plainSlots;
        this.segmentSlots = compression.lz4()
                ? new SlotPool(slots, () -> new Lz4Slot(maxDataLength, compression.level(), true)) : plainSlots;
        this.frameSlots = new SlotPool(slots, () -> new PlainSlot(maxDataLength, 1));
    }

    Compression compression() {
        return options.reading().compression();
    }

    /** Bytes of memory that one reading of a whole stream takes. */
    long readAhead() {
        return readAhead;
    }

    InputStream wholeStream(FrameSource frames, StreamMetadata metadata) throws IOException {
        return new StreamInputStream(StreamHead.encode(metadata), pipeline(streamSlots, frames),
                new StreamTail(options.reading().compression().lz4()), options.disk(), metadata.dataSize(), options.reading().progress());
    }

    InputStream plainSegment(FrameSource frames, StreamMetadata metadata) throws IOException {
        return new StreamInputStream(StreamHead.encode(metadata), pipeline(segmentSlots, frames), new StreamTail(false),
                options.disk(), metadata.dataSize(), ProgressListener.NONE);
    }

    ReadPipeline segmentPipeline(FrameSource frames) throws IOException {
        return pipeline(segmentSlots, frames);
    }

    ReadPipeline framePipeline(FrameSource frames) throws IOException {
        return pipeline(frameSlots, frames);
    }

    private ReadPipeline pipeline(SlotPool slots, FrameSource frames) throws IOException {
        return new ReadPipeline(connections, slots, frames, what);
    }

    @Override
    public void close() throws IOException {
        connections.close();
    }
}
