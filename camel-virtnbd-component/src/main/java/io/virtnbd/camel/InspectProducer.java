/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Message;

/** Replaces the body by what the metadata of its streams says. Nothing but the metadata is read. */
final class InspectProducer extends ReportProducer {

    InspectProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    Map<String, Object> directory(Path directory, RequestOptions options) throws IOException {
        Map<String, Object> disks = new LinkedHashMap<>();
        for (Chain chain : BackupSets.select(BackupSets.store(directory), options).chains()) {
            List<Map<String, Object>> streams = new ArrayList<>();
            for (ChainMember member : chain.members()) {
                Map<String, Object> stream = Reports.of(member.metadata());
                stream.put("file", member.file().fileName());
                stream.put("level", member.level().label());
                streams.add(stream);
            }
            disks.put(chain.disk(), streams);
        }
        return Map.of("directory", directory.toString(), "disks", disks);
    }

    @Override
    Map<String, Object> stream(StreamInput input, Message message) throws IOException {
        StreamMetadata metadata = PeekedStream.metadata(input);
        Reports.setHeaders(message, metadata);
        return Reports.of(metadata);
    }
}
