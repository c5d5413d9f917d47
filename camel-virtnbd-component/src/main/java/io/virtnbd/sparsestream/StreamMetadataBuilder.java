/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.OptionalInt;

/** Collects a {@link StreamMetadata}; its components are described there. Not for use by several threads. */
public final class StreamMetadataBuilder {

    private long virtualSize;
    private long dataSize;
    private String date = "";
    private String diskName = "";
    private String diskFormat = "";
    private String checkpointName = "";
    private boolean compressed;
    private OptionalInt compressionLevel = OptionalInt.empty();
    private String compressionMethod = "lz4";
    private String parentCheckpoint = "";
    private boolean incremental;
    private int streamVersion = 2;
    private OptionalInt segmentIndex = OptionalInt.empty();
    private OptionalInt segmentCount = OptionalInt.empty();
    private String chainId = "";
    private Map<String, JsonNode> unknown = Map.of();

    StreamMetadataBuilder() {
    }

    StreamMetadataBuilder(StreamMetadata from) {
        virtualSize = from.virtualSize();
        dataSize = from.dataSize();
        date = from.date();
        diskName = from.diskName();
        diskFormat = from.diskFormat();
        checkpointName = from.checkpointName();
        compressed = from.compressed();
        compressionLevel = from.compressionLevel();
        compressionMethod = from.compressionMethod();
        parentCheckpoint = from.parentCheckpoint();
        incremental = from.incremental();
        streamVersion = from.streamVersion();
        segmentIndex = from.segmentIndex();
        segmentCount = from.segmentCount();
        chainId = from.chainId();
        unknown = from.unknown();
    }

    public StreamMetadataBuilder virtualSize(long bytes) {
        virtualSize = bytes;
        return this;
    }

    public StreamMetadataBuilder dataSize(long bytes) {
        dataSize = bytes;
        return this;
    }

    public StreamMetadataBuilder date(String localIsoDate) {
        date = localIsoDate;
        return this;
    }

    public StreamMetadataBuilder diskName(String name) {
        diskName = name;
        return this;
    }

    public StreamMetadataBuilder diskFormat(String format) {
        diskFormat = format;
        return this;
    }

    public StreamMetadataBuilder checkpointName(String name) {
        checkpointName = name;
        return this;
    }

    /** The stream is plain. */
    public StreamMetadataBuilder plain() {
        compressed = false;
        compressionLevel = OptionalInt.empty();
        return this;
    }

    /** The stream is compressed, with a level that is not known. */
    public StreamMetadataBuilder compressed() {
        compressed = true;
        compressionLevel = OptionalInt.empty();
        return this;
    }

    /** The stream is compressed with that level. */
    public StreamMetadataBuilder compressed(int level) {
        compressed = true;
        compressionLevel = OptionalInt.of(level);
        return this;
    }

    public StreamMetadataBuilder compressionMethod(String method) {
        compressionMethod = method;
        return this;
    }

    public StreamMetadataBuilder parentCheckpoint(String name) {
        parentCheckpoint = name;
        return this;
    }

    public StreamMetadataBuilder incremental(boolean value) {
        incremental = value;
        return this;
    }

    public StreamMetadataBuilder streamVersion(int version) {
        streamVersion = version;
        return this;
    }

    /** @param value empty for none */
    public StreamMetadataBuilder chainId(String value) {
        chainId = value;
        return this;
    }

    /** The stream is one segment of several. */
    public StreamMetadataBuilder segment(int index, int count) {
        segmentIndex = OptionalInt.of(index);
        segmentCount = OptionalInt.of(count);
        return this;
    }

    StreamMetadataBuilder segment(OptionalInt index, OptionalInt count) {
        segmentIndex = index;
        segmentCount = count;
        return this;
    }

    public StreamMetadataBuilder unknown(Map<String, JsonNode> values) {
        unknown = values;
        return this;
    }

    /**
     * @throws IllegalArgumentException if a component is outside of its range or contradicts another
     */
    public StreamMetadata build() {
        return new StreamMetadata(virtualSize, dataSize, date, diskName, diskFormat, checkpointName, compressed,
                compressionLevel, compressionMethod, parentCheckpoint, incremental, streamVersion, segmentIndex, segmentCount,
                chainId, unknown);
    }
}
