/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.sparsestream.StreamMetadata;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Message;

/** Reports of streams as maps of texts, numbers and truth values, which every JSON library and expression language takes. */
final class StreamReports {

    private StreamReports() {
    }

    static Map<String, Object> of(StreamMetadata metadata) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("disk", metadata.diskName());
        report.put("virtualSize", metadata.virtualSize());
        report.put("dataSize", metadata.dataSize());
        report.put("date", metadata.date());
        report.put("diskFormat", metadata.diskFormat());
        report.put("checkpoint", metadata.checkpointName());
        report.put("parentCheckpoint", metadata.parentCheckpoint());
        report.put("incremental", metadata.incremental());
        report.put("compressed", metadata.compressed());
        metadata.compressionLevel().ifPresent(level -> report.put("compressionLevel", level));
        report.put("streamVersion", metadata.streamVersion());
        metadata.segmentIndex().ifPresent(index -> report.put("segmentIndex", index));
        metadata.segmentCount().ifPresent(count -> report.put("segmentCount", count));
        return report;
    }

    /** Sets the headers that tell of one stream. */
    static void setHeaders(Message message, StreamMetadata metadata) {
        message.setHeader(VirtNbdConstants.DISK, metadata.diskName());
        message.setHeader(VirtNbdConstants.CHECKPOINT, metadata.checkpointName());
        message.setHeader(VirtNbdConstants.PARENT_CHECKPOINT, metadata.parentCheckpoint());
        message.setHeader(VirtNbdConstants.VIRTUAL_SIZE, metadata.virtualSize());
        message.setHeader(VirtNbdConstants.DATA_SIZE, metadata.dataSize());
        metadata.segmentIndex().ifPresent(index -> message.setHeader(VirtNbdConstants.SEGMENT_INDEX, index));
        metadata.segmentCount().ifPresent(count -> message.setHeader(VirtNbdConstants.SEGMENT_COUNT, count));
    }
}
