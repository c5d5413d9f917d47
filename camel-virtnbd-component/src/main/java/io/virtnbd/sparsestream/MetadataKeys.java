/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.util.Map;
import java.util.Set;

/** The keys of the metadata JSON. */
final class MetadataKeys {

    static final String VIRTUAL_SIZE = "virtualSize";
    static final String DATA_SIZE = "dataSize";
    static final String DATE = "date";
    static final String DISK_NAME = "diskName";
    static final String DISK_FORMAT = "diskFormat";
    static final String CHECKPOINT_NAME = "checkpointName";
    static final String COMPRESSED = "compressed";
    static final String COMPRESSION_METHOD = "compressionMethod";
    static final String PARENT_CHECKPOINT = "parentCheckpoint";
    static final String INCREMENTAL = "incremental";
    static final String STREAM_VERSION = "streamVersion";
    static final String SEGMENT_INDEX = "segmentIndex";
    static final String SEGMENT_COUNT = "segmentCount";
    static final String CHAIN_ID = "chainId";

    static final Set<String> KNOWN = Set.of(VIRTUAL_SIZE, DATA_SIZE, DATE, DISK_NAME, DISK_FORMAT, CHECKPOINT_NAME, COMPRESSED,
            COMPRESSION_METHOD, PARENT_CHECKPOINT, INCREMENTAL, STREAM_VERSION, SEGMENT_INDEX, SEGMENT_COUNT,
            CHAIN_ID);

    /** How old streams spell some of them. */
    static final Map<String, String> OLD = Map.of("virtual-size", VIRTUAL_SIZE, "data-size", DATA_SIZE, "stream-version",
            STREAM_VERSION);

    private MetadataKeys() {
    }
}
