/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.sparsestream.StreamMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts streams into the order in which they are restored: the segments of a backup by their index, and the backups so that each
 * follows the one that it builds on. Where that is not clear they stay as they come; whether they make a chain is not checked here.
 */
final class StreamOrder {

    /** What all segments of a backup have in common, and no other backup of its chain has. */
    private record Key(boolean incremental, String checkpoint, String parent, String date, int segments) {

        static Key of(StreamMetadata metadata) {
            return new Key(metadata.incremental(), metadata.checkpointName(), metadata.parentCheckpoint(), metadata.date(),
                    metadata.segmentCount().orElse(1));
        }
    }

    private StreamOrder() {
    }

    static List<RestoreStep> sort(List<RestoreStep> steps) {
        Map<Key, List<RestoreStep>> segments = new LinkedHashMap<>();
        List<List<RestoreStep>> backups = new ArrayList<>();
        for (RestoreStep step : steps) {
            if (step.metadata().isSegment()) {
                segments.computeIfAbsent(Key.of(step.metadata()), key -> {
                    List<RestoreStep> backup = new ArrayList<>();
                    backups.add(backup);
                    return backup;
                }).add(step);
            } else {
                backups.add(List.of(step));
            }
        }
        segments.values().forEach(backup ->
                backup.sort(Comparator.comparingInt(step -> step.metadata().segmentIndex().orElseThrow())));
        boolean again = steps.stream().allMatch(step -> step.input().reopenable());
        return (again ? byParents(backups) : backups).stream().flatMap(List::stream).toList();
    }

    private static List<List<RestoreStep>> byParents(List<List<RestoreStep>> backups) {
        List<List<RestoreStep>> left = new ArrayList<>(backups);
        List<List<RestoreStep>> bases = left.stream().filter(backup -> backup.get(0).isBase()).toList();
        if (bases.size() != 1) {
            return backups;
        }
        List<List<RestoreStep>> sorted = new ArrayList<>();
        List<RestoreStep> base = bases.get(0);
        for (List<RestoreStep> next = base; next != null; next = next(left, sorted)) {
            sorted.add(next);
            left.remove(next);
        }
        if (left.size() == 1 && parent(left.get(0)).equals(checkpoint(base))) {
            sorted.add(left.remove(0)); // a differential
        }
        return left.isEmpty() ? sorted : backups;
    }

    /** The one that builds on the last; null where none or several do. */
    private static List<RestoreStep> next(List<List<RestoreStep>> left, List<List<RestoreStep>> sorted) {
        String tip = checkpoint(sorted.get(sorted.size() - 1));
        List<List<RestoreStep>> next = left.stream().filter(backup -> parent(backup).equals(tip)).toList();
        return next.size() == 1 ? next.get(0) : null;
    }

    private static String checkpoint(List<RestoreStep> backup) {
        return backup.get(0).metadata().checkpointName();
    }

    private static String parent(List<RestoreStep> backup) {
        return backup.get(0).metadata().parentCheckpoint();
    }
}
