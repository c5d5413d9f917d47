/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.engine.Compression;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.nbd.client.NbdClientOptions;
import java.util.Objects;

/**
 * How disks are read and encoded, whatever disks they are.
 *
 * @param client      how to connect to an export
 * @param compression of whole streams and of segments; frames are always plain
 * @param segmentSize bytes of payload in a segment, {@value #MIN_SEGMENT_SIZE} to {@value #MAX_SEGMENT_SIZE}
 * @param requestSize bytes of the largest data frame, which is one read request; a power of two from {@value
 *                    #MIN_REQUEST_SIZE} to {@value #MAX_REQUEST_SIZE}
 * @param progress    is told what has been read of the whole stream
 */
public record DiskReadOptions(NbdClientOptions client, Compression compression, long segmentSize, int requestSize,
                              ProgressListener progress) {

    public static final long MIN_SEGMENT_SIZE = 64 << 10;
    public static final long MAX_SEGMENT_SIZE = 1 << 30;
    public static final long DEFAULT_SEGMENT_SIZE = 16 << 20;
    public static final int MIN_REQUEST_SIZE = 64 << 10;
    /** Below the 32 MiB from which on the format asks for chunked payloads. */
    public static final int MAX_REQUEST_SIZE = 16 << 20;
    public static final int DEFAULT_REQUEST_SIZE = 512 << 10;

    public DiskReadOptions {
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(compression, "compression");
        Objects.requireNonNull(progress, "progress");
        if (segmentSize < MIN_SEGMENT_SIZE || segmentSize > MAX_SEGMENT_SIZE) {
            throw new IllegalArgumentException("segmentSize is " + segmentSize + ", expected " + MIN_SEGMENT_SIZE + " to "
                    + MAX_SEGMENT_SIZE);
        }
        if (requestSize < MIN_REQUEST_SIZE || requestSize > MAX_REQUEST_SIZE || Integer.bitCount(requestSize) != 1) {
            throw new IllegalArgumentException("requestSize is " + requestSize + ", expected a power of two from "
                    + MIN_REQUEST_SIZE + " to " + MAX_REQUEST_SIZE);
        }
    }

    public DiskReadOptions withCompression(Compression value) {
        return new DiskReadOptions(client, value, segmentSize, requestSize, progress);
    }

    public DiskReadOptions withSegmentSize(long value) {
        return new DiskReadOptions(client, compression, value, requestSize, progress);
    }

    public DiskReadOptions withRequestSize(int value) {
        return new DiskReadOptions(client, compression, segmentSize, value, progress);
    }

    public static DiskReadOptions defaults() {
        return new DiskReadOptions(NbdClientOptions.defaults(), Compression.NONE, DEFAULT_SEGMENT_SIZE, DEFAULT_REQUEST_SIZE,
                ProgressListener.NONE);
    }
}
