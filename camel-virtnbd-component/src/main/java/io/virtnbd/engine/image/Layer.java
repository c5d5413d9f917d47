/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.chain.ChainException;
import io.virtnbd.sparsestream.StreamMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The streams of one backup of a disk: one, or its segments in order. Immutable. */
final class Layer {

    private final IndexedStream[] streams;
    private final long[] starts;

    /**
     * @param all the segments, in order
     * @throws ChainException if they do not follow each other on the disk or, of a full or a copy, leave something out
     */
    Layer(List<IndexedStream> all) throws ChainException {
        StreamMetadata metadata = all.get(0).member().metadata();
        boolean covering = !metadata.incremental() && metadata.streamVersion() >= 2;
        List<IndexedStream> kept = new ArrayList<>();
        long end = 0;
        for (IndexedStream stream : all) {
            FrameTable table = stream.table();
            if (table.count() > 0) {
                if (table.start() < end || covering && table.start() != end) {
                    throw new ChainException(stream.member().file() + ": expected the segments of a backup to follow each other,"
                            + " found one that ends at byte " + end + " of the disk, and the next frame at " + table.start());
                }
                if (covering && table.hasGaps()) {
                    throw new ChainException(stream.member().file() + ": expected frames of a full or a copy to leave nothing"
                            + " out, found a gap between bytes " + table.start() + " and " + table.end() + " of the disk");
                }
                end = table.end();
                kept.add(stream);
            }
        }
        if (covering && end != metadata.virtualSize()) {
            throw new ChainException(all.get(all.size() - 1).member().file() + ": expected a " + metadata.virtualSize()
                    + " bytes disk without gaps, found frames up to byte " + end);
        }
        streams = kept.toArray(IndexedStream[]::new);
        starts = kept.stream().mapToLong(stream -> stream.table().start()).toArray();
    }

    int streams() {
        return streams.length;
    }

    IndexedStream stream(int index) {
        return streams[index];
    }

    /** The first stream that ends behind that byte of the disk; {@link #streams()} if there is none. */
    int find(long offset) {
        int found = Arrays.binarySearch(starts, offset);
        int index = found >= 0 ? found : Math.max(-found - 2, 0);
        return index < streams.length && streams[index].table().end() <= offset ? index + 1 : index;
    }
}
