/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Puts the segments of each backup together. */
final class LayerBuilder {

    private LayerBuilder() {
    }

    /** What the segments of one backup have in common. */
    private record Key(Level level, String checkpoint, String parent, OptionalLong epochSeconds) {

        static Key of(StreamFile file) {
            return new Key(file.name().level(), file.checkpoint(), file.parent(), file.name().epochSeconds());
        }
    }

    /**
     * @param files those that count of all that say in their name or in their metadata that they are of the disk
     * @return one layer for each backup of the disk, in no particular order; segments may still be missing or doubled
     */
    static List<Layer> build(Collection<StreamFile> files) {
        List<Layer> layers = new ArrayList<>();
        Map<Key, List<StreamFile>> segments = new LinkedHashMap<>();
        for (StreamFile file : files) {
            if (file.metadata().isSegment()) {
                segments.computeIfAbsent(Key.of(file), key -> new ArrayList<>()).add(file);
            } else {
                layers.add(new Layer(List.of(file)));
            }
        }
        for (List<StreamFile> backup : segments.values()) {
            backup.sort(Comparator.comparingInt(file -> file.metadata().segmentIndex().orElseThrow()));
            layers.add(new Layer(backup));
        }
        return layers;
    }
}
