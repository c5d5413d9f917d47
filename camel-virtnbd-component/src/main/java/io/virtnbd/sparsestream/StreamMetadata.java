/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What the {@code meta} frame says about a stream. Immutable. Required in a stream are {@code virtualSize} and {@code
 * dataSize}; where another key is missing, its component has the default that is given with it here.
 *
 * @param virtualSize       disk size in bytes; not negative
 * @param dataSize          sum of the lengths of all data frames in bytes; 0 to {@code virtualSize}
 * @param date              local ISO 8601 with microseconds, no zone; by default empty. Not interpreted
 * @param diskName          target device, such as {@code vda}; by default empty
 * @param diskFormat        {@code qcow2} or {@code raw}; by default empty. Not interpreted
 * @param checkpointName    checkpoint that the backup created; by default empty
 * @param compressed        whether data frames hold LZ4 frames; by default not
 * @param compressionLevel  level; only where compressed, and unknown in old streams
 * @param compressionMethod {@code lz4}, also when not compressed, and by default
 * @param parentCheckpoint  checkpoint before this one, empty for a full or copy backup, and by default
 * @param incremental       {@code true} for incremental and differential backups; by default not
 * @param streamVersion     1 or 2; by default 1
 * @param segmentIndex      for a segment, a stream with a part of a disk's frames: which one, from 0. This project's extension
 * @param segmentCount      for a segment: of how many
 * @param chainId           the same in all streams that belong together, and in no others; by default empty, which tells nothing.
 *                          This project's extension, as checkpoints' names can come again when a domain is defined anew
 * @param unknown           keys that are not known here, in their order, kept and written back after the known ones
 */
public record StreamMetadata(long virtualSize, long dataSize, String date, String diskName, String diskFormat,
        String checkpointName, boolean compressed, OptionalInt compressionLevel, String compressionMethod,
        String parentCheckpoint, boolean incremental, int streamVersion, OptionalInt segmentIndex, OptionalInt segmentCount,
        String chainId, Map<String, JsonNode> unknown) {

    /**
     * @throws IllegalArgumentException if a component is outside of its range or contradicts another
     * @throws NullPointerException if a component is {@code null}
     */
    public StreamMetadata {
        Objects.requireNonNull(date, "date");
        Objects.requireNonNull(diskName, "diskName");
        Objects.requireNonNull(diskFormat, "diskFormat");
        Objects.requireNonNull(checkpointName, "checkpointName");
        Objects.requireNonNull(compressionMethod, "compressionMethod");
        Objects.requireNonNull(parentCheckpoint, "parentCheckpoint");
        Objects.requireNonNull(chainId, "chainId");
        require(virtualSize >= 0, "virtualSize: expected 0 or more, found " + virtualSize);
        require(dataSize >= 0 && dataSize <= virtualSize,
                "dataSize: expected 0 to virtualSize (" + virtualSize + "), found " + dataSize);
        require(compressed || compressionLevel.isEmpty(), "compressionLevel: expected none in a plain stream, found "
                + compressionLevel);
        require(compressionLevel.orElse(0) >= 0, "compressed: expected a level of 0 or more, found " + compressionLevel);
        require(!compressed || compressionMethod.equals("lz4"), "compressionMethod: expected lz4, found " + compressionMethod);
        require(incremental || parentCheckpoint.isEmpty(),
                "incremental: expected true because there is a parentCheckpoint (" + parentCheckpoint + "), found false");
        require(streamVersion == 1 || streamVersion == 2, "streamVersion: expected 1 or 2, found " + streamVersion);
        require(segmentIndex.isPresent() == segmentCount.isPresent()
                        && (segmentIndex.isEmpty()
                                || segmentIndex.getAsInt() >= 0 && segmentIndex.getAsInt() < segmentCount.getAsInt()),
                "segmentIndex: expected 0 or more and less than segmentCount (" + segmentCount + "), found " + segmentIndex);
        unknown = Collections.unmodifiableMap(new LinkedHashMap<>(unknown));
        require(Collections.disjoint(unknown.keySet(), MetadataKeys.KNOWN), "unknown: expected no known key, found "
                + unknown.keySet());
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException("metadata: " + message);
        }
    }

    /** Starts with an empty, plain, full, version 2 stream of an empty disk. */
    public static StreamMetadataBuilder builder() {
        return new StreamMetadataBuilder();
    }

    /** Starts with these values. */
    public StreamMetadataBuilder toBuilder() {
        return new StreamMetadataBuilder(this);
    }

    /** Whether the stream holds only a part of its disk's frames. */
    public boolean isSegment() {
        return segmentCount.isPresent();
    }

    /**
     * Reads what {@link #toJson} gives.
     *
     * @throws MalformedStreamException if it is no metadata
     */
    public static StreamMetadata fromJson(byte[] json) throws MalformedStreamException {
        return MetadataJsonReader.read(json, 0, StreamLimits.DEFAULT);
    }

    /** The bytes that stand in the {@code meta} frame: JSON in ASCII, in the form and key order of the reference. */
    public byte[] toJson() {
        return MetadataJsonWriter.write(this);
    }
}
