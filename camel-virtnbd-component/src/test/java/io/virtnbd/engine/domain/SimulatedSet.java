/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.Level;
import io.virtnbd.chain.StreamFileName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The streams of one chain, as a sink has them. */
final class SimulatedSet {

    private final Map<String, Stream> files = new TreeMap<>();
    private final Map<String, String> newest = new HashMap<>();

    private record Stream(String disk, Level level, String checkpoint, String parent, int size, Map<Integer, Integer> blocks) {
    }

    /**
     * Takes what a backup delivers.
     *
     * @param second time of the backup
     */
    void deliver(BackupPlan plan, String checkpoint, Map<String, SimulatedDomain.Disk> disks, long second) {
        for (PlannedDisk planned : plan.disks()) {
            SimulatedDomain.Disk disk = disks.get(planned.target());
            if (planned.filed() == Level.INC) {
                assertThat(planned.parent()).as("an increment builds on the last of its disk")
                        .isEqualTo(newest.get(planned.target()));
            }
            String name = StreamFileName.of(planned.target(), planned.filed(), checkpoint, second).text();
            Stream stream = new Stream(planned.target(), planned.filed(), checkpoint, planned.parent(), disk.blocks.size(),
                    disk.read(planned.since()));
            assertThat(files.put(name, stream)).as(name).isNull();
            if (planned.filed() != Level.DIFF) {
                newest.put(planned.target(), checkpoint);
            }
            assertThat(restore(stream)).as("%s of %s, %s", name, plan.level(), planned.reason()).isEqualTo(disk.blocks);
        }
    }

    /** The content of a disk, from its base over the streams that each names as its parent. */
    private List<Integer> restore(Stream last) {
        Deque<Stream> line = new ArrayDeque<>(List.of(last));
        while (!line.getFirst().level().isBase()) {
            Stream layer = line.getFirst();
            List<Stream> parents = files.values().stream().filter(stream -> stream.disk().equals(layer.disk())
                    && stream.level() != Level.DIFF && stream.checkpoint().equals(layer.parent())).toList();
            assertThat(parents).as("parent of %s", layer).hasSize(1);
            line.addFirst(parents.get(0));
        }
        List<Integer> content = new ArrayList<>();
        for (Stream layer : line) {
            assertThat(layer.size()).as("size of %s", layer).isGreaterThanOrEqualTo(content.size());
            while (content.size() < layer.size()) {
                content.add(null);
            }
            layer.blocks().forEach(content::set);
        }
        return content;
    }

    Set<String> names() {
        return files.keySet();
    }
}
