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

/** Checks every file of a disk for itself, and puts the segments of each backup together. */
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
     * @param files all files that say in their name or in their metadata that they are of the disk
     * @return one layer for each backup of the disk, in no particular order; segments may still be missing or doubled
     */
    static List<Layer> build(Collection<StreamFile> files) throws ChainException {
        List<Layer> layers = new ArrayList<>();
        Map<Key, List<StreamFile>> segments = new LinkedHashMap<>();
        for (StreamFile file : files) {
            checkReadable(file);
            checkName(file);
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

    private static void checkReadable(StreamFile file) throws ChainException {
        if (file.failure() != null) {
            throw new ChainException(file.fileName() + ": expected a sparse stream, found none that can be read: "
                    + file.failure().getMessage(), file.failure());
        }
    }

    /** The level is known from the name only, so the name and the metadata must agree on everything that both tell. */
    private static void checkName(StreamFile file) throws ChainException {
        String found = file.metadata().diskName();
        if (!found.isEmpty() && !found.equals(file.name().disk())) {
            throw new ChainException(ChainException.Fault.FOREIGN,
                    file.fileName() + " is a foreign stream: expected disk '" + file.name().disk()
                    + "' as its name says, found disk '" + found + "' in its metadata");
        }
        boolean base = file.name().level().isBase();
        if (base == file.metadata().incremental()) {
            throw new ChainException(file.fileName() + ": expected " + (base ? "a whole disk" : "an incremental stream")
                    + " as its name says, found incremental=" + base + " in its metadata");
        }
        if (!base && (file.parent().isEmpty() || file.checkpoint().isEmpty())) {
            throw new ChainException(file.fileName() + ": expected a checkpoint and a parent checkpoint, found checkpoint '"
                    + file.checkpoint() + "', parent '" + file.parent() + "'");
        }
        if (file.name().segmentIndex().isPresent() && !file.metadata().isSegment()) {
            throw new ChainException(file.fileName() + ": expected the segment that its name says, found a stream whose "
                    + "metadata does not say of how many segments it is one");
        }
    }
}
