/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.source.BackupSets;
import io.virtnbd.camel.source.PeekedStream;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Message;

/** Replaces the body by what the metadata of its streams says. Nothing but the metadata is read. */
public final class InspectProducer extends ReportProducer {

    public InspectProducer(Endpoint endpoint, EndpointOptions options) {
        super(endpoint, options);
    }

    @Override
    Map<String, Object> backups(BackupStore store, RequestOptions options) throws IOException {
        Map<String, Object> disks = new LinkedHashMap<>();
        for (Chain chain : BackupSets.select(store, options).chains()) {
            List<Map<String, Object>> streams = new ArrayList<>();
            for (ChainMember member : chain.members()) {
                Map<String, Object> stream = StreamReports.of(member.metadata());
                stream.put("file", member.file().fileName());
                stream.put("level", member.level().label());
                streams.add(stream);
            }
            disks.put(chain.disk(), streams);
        }
        return Map.of("directory", store.name(), "disks", disks);
    }

    @Override
    Map<String, Object> streams(List<StreamInput> inputs, Message message) throws IOException {
        List<Map<String, Object>> reports = new ArrayList<>();
        for (StreamInput input : inputs) {
            StreamMetadata metadata = PeekedStream.metadata(input);
            StreamReports.setHeaders(message, metadata);
            reports.add(StreamReports.of(metadata));
        }
        return reports.size() == 1 ? reports.get(0) : Map.of("streams", reports);
    }
}
