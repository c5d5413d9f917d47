/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.extent.ExtentMap;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.BaseAllocation;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The backup of one disk from one NBD export, as long as it is open: the disk's stream as a whole, in segments or frame by
 * frame, each to be read any number of times. The extents are asked once, at the start; what the export's data says is read
 * with each stream.
 *
 * <p>All readings at a time share the connections. Each takes some 4 MiB of direct memory (8 MiB with compression, more for
 * large requests), whatever the size of the disk. Safe for use by several threads.
 */
public final class DiskBackup implements Closeable {

    private static final int MIN_ALIGNMENT = 4096;

    private final DiskPlan plan;
    private final StreamFactory streams;
    private final int segmentCount;

    private DiskBackup(DiskPlan plan, StreamFactory streams) {
        this.plan = plan;
        this.streams = streams;
        this.segmentCount = plan.segmentCount();
    }

    /**
     * Connects to the export and plans its stream.
     *
     * @throws DiskBackupException if the export cannot be backed up as a whole
     * @throws IOException         if it cannot be reached
     */
    public static DiskBackup open(DiskBackupOptions options) throws IOException {
        String what = "disk " + options.disk() + " from " + options.uri();
        DiskReadOptions reading = options.reading();
        ExportConnections connections = new ExportConnections(options.uri(), client(options));
        try {
            NbdClient client = connections.acquire();
            int maxDataLength = Math.min(reading.requestSize(), client.export().blockSize().maximum());
            long block = client.export().blockSize().minimum();
            if (maxDataLength % block != 0 || reading.segmentSize() < Math.max(block, MIN_ALIGNMENT)) {
                throw new DiskBackupException(what + " has a minimum block of " + block + " bytes, expected one that divides"
                        + " the request of " + maxDataLength + " bytes and fits into the segment of " + reading.segmentSize());
            }
            ExtentMap extents = ExtentPlanner.plan(client, options.dirtyBitmap(), what);
            connections.release(client, true);
            StreamSize size = StreamSize.of(new FrameCursor(extents, maxDataLength));
            DiskPlan plan = new DiskPlan(metadata(options, extents.size(), size.dataBytes()), extents, size, maxDataLength,
                    reading.segmentSize(), (int) Math.max(MIN_ALIGNMENT, block));
            return new DiskBackup(plan, new StreamFactory(connections, options, maxDataLength, what));
        } catch (IOException | RuntimeException | Error e) {
            connections.close();
            throw e;
        }
    }

    private static NbdClientOptions client(DiskBackupOptions options) {
        List<String> contexts = new ArrayList<>(List.of(BaseAllocation.NAME));
        options.dirtyBitmap().ifPresent(contexts::add);
        return options.reading().client().withMetaContexts(contexts);
    }

    private static StreamMetadata metadata(DiskBackupOptions options, long virtualSize, long dataSize) {
        StreamMetadataBuilder builder = StreamMetadata.builder()
                .virtualSize(virtualSize)
                .dataSize(dataSize)
                .date(options.date())
                .chainId(options.chainId())
                .diskName(options.disk())
                .diskFormat(options.diskFormat())
                .checkpointName(options.checkpoint())
                .parentCheckpoint(options.parentCheckpoint())
                .incremental(options.level() == Level.INC || options.level() == Level.DIFF);
        if (options.reading().compression().lz4()) {
            builder.compressed(options.reading().compression().level());
        }
        return builder.build();
    }

    /** The metadata of the whole stream. */
    public StreamMetadata metadata() {
        return plan.metadata();
    }

    /** The number of data frames in the whole stream. */
    public long dataFrames() {
        return plan.size().dataFrames();
    }

    /** The number of zero frames in the whole stream. */
    public long zeroFrames() {
        return plan.size().zeroFrames();
    }

    /** The whole disk as one stream; its length is known when it is not compressed. */
    public ReopenableStream disk() {
        return new WholeStream(plan, streams);
    }

    /** Bytes of memory that one reading of the whole disk takes. */
    public long readAhead() {
        return streams.readAhead();
    }

    /** The number of {@link #segments}, at least 1. */
    public int segmentCount() {
        return segmentCount;
    }

    /** The disk in segments, each of which is made when the iterator is asked for it. */
    public SegmentIterator segments() {
        return new SegmentIterator(plan, streams, segmentCount);
    }

    /** The disk frame by frame, plain, from the meta frame to the stop frame. To be closed unless it is read to its end. */
    public FrameIterator frames() {
        return new FrameIterator(plan, streams);
    }

    /** Ends the backup: what is being read fails, and nothing can be read any more. */
    @Override
    public void close() throws IOException {
        streams.close();
    }
}
