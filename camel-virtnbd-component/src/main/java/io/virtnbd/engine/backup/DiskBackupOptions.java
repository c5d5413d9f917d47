/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.Compression;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import java.util.Objects;

/**
 * Which disk is backed up, and how.
 *
 * @param uri              the export that serves the disk
 * @param client           how to connect to it
 * @param disk             name of the disk, for example {@code vda}
 * @param diskFormat       format of image that the disk is to be restored to, {@code qcow2} or {@code raw}; written to the
 *                         metadata, where {@code virtnbdrestore} looks for it
 * @param level            what the stream holds
 * @param checkpoint       name of the checkpoint that the backup creates or stands for
 * @param parentCheckpoint name of the checkpoint that an increment builds on, empty for a full or a copy
 * @param compression      of the whole stream and of segments; frames are always plain
 * @param segmentSize      bytes of payload in a segment, {@value #MIN_SEGMENT_SIZE} to {@value #MAX_SEGMENT_SIZE}
 * @param requestSize      bytes of the largest data frame, which is one read request; a power of two from {@value
 *                         #MIN_REQUEST_SIZE} to {@value #MAX_REQUEST_SIZE}
 * @param progress         is told what has been read of the whole stream
 */
public record DiskBackupOptions(NbdUri uri, NbdClientOptions client, String disk, String diskFormat, Level level,
                                String checkpoint, String parentCheckpoint, Compression compression, long segmentSize,
                                int requestSize, ProgressListener progress) {

    public static final long MIN_SEGMENT_SIZE = 64 << 10;
    public static final long MAX_SEGMENT_SIZE = 1 << 30;
    public static final long DEFAULT_SEGMENT_SIZE = 16 << 20;
    public static final int MIN_REQUEST_SIZE = 64 << 10;
    /** Below the 32 MiB from which on the format asks for chunked payloads. */
    public static final int MAX_REQUEST_SIZE = 16 << 20;
    public static final int DEFAULT_REQUEST_SIZE = 512 << 10;

    public DiskBackupOptions {
        Objects.requireNonNull(uri, "uri");
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(disk, "disk");
        Objects.requireNonNull(diskFormat, "diskFormat");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(checkpoint, "checkpoint");
        Objects.requireNonNull(parentCheckpoint, "parentCheckpoint");
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

    public static Builder builder(NbdUri uri) {
        return new Builder(uri);
    }

    /** Not safe for use by several threads. */
    public static final class Builder {

        private final NbdUri uri;
        private NbdClientOptions client = NbdClientOptions.defaults();
        private String disk = "vda";
        private String diskFormat = "qcow2";
        private Level level = Level.COPY;
        private String checkpoint = "virtnbd.0";
        private String parentCheckpoint = "";
        private Compression compression = Compression.NONE;
        private long segmentSize = DEFAULT_SEGMENT_SIZE;
        private int requestSize = DEFAULT_REQUEST_SIZE;
        private ProgressListener progress = ProgressListener.NONE;

        private Builder(NbdUri uri) {
            this.uri = uri;
        }

        public Builder client(NbdClientOptions value) {
            client = value;
            return this;
        }

        public Builder disk(String value) {
            disk = value;
            return this;
        }

        public Builder diskFormat(String value) {
            diskFormat = value;
            return this;
        }

        public Builder level(Level value) {
            level = value;
            return this;
        }

        public Builder checkpoint(String value) {
            checkpoint = value;
            return this;
        }

        public Builder parentCheckpoint(String value) {
            parentCheckpoint = value;
            return this;
        }

        public Builder compression(Compression value) {
            compression = value;
            return this;
        }

        public Builder segmentSize(long value) {
            segmentSize = value;
            return this;
        }

        public Builder requestSize(int value) {
            requestSize = value;
            return this;
        }

        public Builder progress(ProgressListener value) {
            progress = value;
            return this;
        }

        public DiskBackupOptions build() {
            return new DiskBackupOptions(uri, client, disk, diskFormat, level, checkpoint, parentCheckpoint, compression,
                    segmentSize, requestSize, progress);
        }
    }
}
