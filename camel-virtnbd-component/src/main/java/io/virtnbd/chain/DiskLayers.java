/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The layers of one disk, found by their checkpoints. There is exactly one base, and no two of the base and the increments made
 * the same checkpoint. A differential may have the name of an increment's checkpoint: its own checkpoint is not kept.
 */
final class DiskLayers {

    /** Newest last: by the checkpoint's number, and where that is the same by the time in the file's name. */
    static final Comparator<Layer> BY_AGE = Comparator
            .comparingLong((Layer layer) -> CheckpointNumber.of(layer.checkpoint()).orElse(-1))
            .thenComparingLong(Layer::epochSeconds);

    private final String disk;

    private final boolean complete;

    private final Layer base;

    /** The base and the increments. */
    private final Map<String, Layer> byCheckpoint = new HashMap<>();

    private final Map<String, List<Layer>> incrementsByParent = new LinkedHashMap<>();

    private final List<Layer> differentials = new ArrayList<>();

    /** @param complete whether each layer is known to belong to a complete backup */
    DiskLayers(String disk, Collection<Layer> layers, boolean complete) throws ChainException {
        this.disk = disk;
        this.complete = complete;
        this.base = onlyBase(disk, layers);
        for (Layer layer : layers) {
            if (layer.level() == Level.DIFF) {
                differentials.add(layer);
                continue;
            }
            Layer other = byCheckpoint.put(layer.checkpoint(), layer);
            if (other != null) {
                throw new ChainException(ChainException.Fault.DOUBLED,
                        layer.fileName() + " and " + other.fileName() + ": expected checkpoints of their own, "
                        + "found '" + layer.checkpoint() + "' in both");
            }
            if (layer.level() == Level.INC) {
                incrementsByParent.computeIfAbsent(layer.parent(), parent -> new ArrayList<>()).add(layer);
            }
        }
        differentials.sort(BY_AGE);
        requireNoneDoubled();
    }

    /**
     * Nothing builds on a differential, so that one under two names, or an increment in the place of one, would be noticed
     * nowhere. A differential and the increment after it can have the same checkpoint and parent, but never the same date.
     */
    private void requireNoneDoubled() throws ChainException {
        Map<List<String>, Layer> seen = new HashMap<>();
        for (Layer increment : increments()) {
            seen.put(identity(increment), increment);
        }
        for (Layer layer : differentials) {
            requireOlderThanIncrement(layer);
            Layer other = layer.date().isEmpty() ? null : seen.put(identity(layer), layer);
            if (other != null) {
                throw new ChainException(ChainException.Fault.DOUBLED,
                        layer.fileName() + " and " + other.fileName() + ": expected two backups, found the same one of "
                        + layer.date() + " twice");
            }
        }
    }

    /**
     * The reference gives a differential the checkpoint that the increment after it makes, so that both say the same but for their
     * dates: where these have changed places the increment's content is lost. Local times come twice when clocks are set back.
     */
    private void requireOlderThanIncrement(Layer differential) throws ChainException {
        Layer increment = byCheckpoint.get(differential.checkpoint());
        Optional<LocalDateTime> own = BackupTimes.parse(differential.date());
        if (increment == null || !increment.parent().equals(differential.parent()) || own.isEmpty() || isTwice(own.get())) {
            return;
        }
        if (BackupTimes.parse(increment.date()).filter(own.get().minusSeconds(1)::isAfter).isPresent()) {
            throw new ChainException(ChainException.Fault.FOREIGN, differential.fileName() + ": expected a differential that is older"
                    + " than " + increment.fileName() + " of the same checkpoint, found one of " + differential.date()
                    + ", which is newer than " + increment.date() + "; they have been exchanged");
        }
    }

    private static boolean isTwice(LocalDateTime local) {
        return ZoneId.systemDefault().getRules().getValidOffsets(local).size() > 1;
    }

    private static List<String> identity(Layer layer) {
        return List.of(layer.checkpoint(), layer.parent(), layer.date());
    }

    private static Layer onlyBase(String disk, Collection<Layer> layers) throws ChainException {
        List<Layer> bases = layers.stream().filter(layer -> layer.level().isBase()).toList();
        if (bases.size() != 1) {
            throw new ChainException("disk " + disk + ": expected one full or copy stream, found "
                    + (bases.isEmpty() ? "none, but " + names(layers) : names(bases)));
        }
        return bases.get(0);
    }

    Layer base() {
        return base;
    }

    /** The full, copy or increment that made a checkpoint. */
    Optional<Layer> madeBy(String checkpoint) {
        return Optional.ofNullable(byCheckpoint.get(checkpoint));
    }

    /** Whether something builds on a checkpoint, so that it was a full, a copy or an increment that made it. */
    boolean isBuiltOn(String checkpoint) {
        return incrementsByParent.containsKey(checkpoint)
                || differentials.stream().anyMatch(layer -> layer.parent().equals(checkpoint));
    }

    /** Oldest first. */
    List<Layer> differentials() {
        return differentials;
    }

    Collection<Layer> increments() {
        return incrementsByParent.values().stream().flatMap(List::stream).toList();
    }

    /**
     * The increment that builds on a checkpoint. A program that is killed between the delivery of a backup and its commit leaves
     * a complete backup that was rolled back: the next one builds on the same checkpoint and holds its changes too. Nothing
     * builds on the one that was rolled back, so that the newest is the one that counts.
     *
     * @throws ChainException if there are several, and it is not known that they are complete, or something builds on one that is
     *                        not the newest
     */
    Optional<Layer> incrementOn(String parent) throws ChainException {
        List<Layer> increments = incrementsByParent.getOrDefault(parent, List.of());
        if (increments.size() <= 1) {
            return increments.stream().findFirst();
        }
        Layer newest = increments.stream().max(BY_AGE).orElseThrow();
        boolean others = increments.stream()
                .anyMatch(increment -> increment != newest && (incrementsByParent.containsKey(increment.checkpoint())
                        || CheckpointNumber.compare(increment.checkpoint(), newest.checkpoint()).orElse(0) >= 0));
        if (!complete || others) {
            throw new ChainException("disk " + disk + ": expected at most one increment on checkpoint '" + parent + "', found "
                    + names(increments));
        }
        return Optional.of(newest);
    }

    /** What a layer builds on. */
    Layer parentOf(Layer layer) throws ChainException {
        Layer parent = byCheckpoint.get(layer.parent());
        if (parent != null) {
            return parent;
        }
        String differential = differentials.stream().filter(diff -> diff.checkpoint().equals(layer.parent())).findFirst()
                .map(diff -> "; only the differential " + diff.fileName()
                        + " has that name, and nothing builds on a differential")
                .orElse("");
        throw new ChainException(ChainException.Fault.MISSING,
                layer.fileName() + ": expected the stream of its parent checkpoint '" + layer.parent()
                + "', found " + checkpoints(byCheckpoint.values()) + differential);
    }

    /** Whether what made a checkpoint leads to the base. */
    boolean isConnected(String checkpoint) {
        Set<Layer> visited = Collections.newSetFromMap(new IdentityHashMap<>());
        Layer at = madeBy(checkpoint).or(() -> differentials.stream()
                .filter(layer -> layer.checkpoint().equals(checkpoint)).findFirst()).orElse(null);
        while (at != null && at != base && visited.add(at)) {
            at = byCheckpoint.get(at.parent());
        }
        return at == base;
    }

    /** All checkpoints of layers, as text. */
    static String checkpoints(Collection<Layer> layers) {
        return layers.stream().sorted(BY_AGE).map(Layer::checkpoint).filter(name -> !name.isEmpty()).distinct()
                .collect(Collectors.joining(", "));
    }

    private static String names(Collection<Layer> layers) {
        return layers.stream().map(Layer::fileName).sorted().collect(Collectors.joining(", "));
    }
}
