/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.time.LocalDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Finds the layers that give a disk's content, in restore order: the base, the increments each of which builds on the one
 * before, and at most one differential. What builds on what is known from the parents in the metadata alone; times of files do
 * not matter.
 */
final class ChainOrder {

    private final String disk;

    private final DiskLayers layers;

    private final BackupTimes times;

    ChainOrder(String disk, DiskLayers layers, BackupTimes times) {
        this.disk = disk;
        this.layers = layers;
        this.times = times;
    }

    /**
     * The newest content. Every increment must be connected with the base, for the newest one could be behind a gap; so must
     * the parent of every differential.
     */
    List<Layer> newest() throws ChainException {
        return last(layers.increments(), layers.differentials());
    }

    /**
     * The newest content that is not later than a time. Dates choose the increments and differentials that count, nothing else;
     * what is later need not even be connected.
     */
    List<Layer> at(LocalDateTime time) throws ChainException {
        LocalDateTime oldest = date(layers.base());
        if (oldest.isAfter(time)) {
            throw new ChainException(ChainException.Fault.ABSENT,
                    "disk " + disk + ": expected a backup of " + time + " or before, found that the oldest, "
                    + layers.base().fileName() + ", is of " + oldest);
        }
        List<Layer> increments = new ArrayList<>();
        for (Layer increment : layers.increments()) {
            if (!date(increment).isAfter(time)) {
                increments.add(increment);
            }
        }
        List<Layer> differentials = new ArrayList<>();
        for (Layer differential : layers.differentials()) {
            if (!date(differential).isAfter(time)) {
                differentials.add(differential);
            }
        }
        return last(increments, differentials);
    }

    private LocalDateTime date(Layer layer) throws ChainException {
        return times.of(layer).orElseThrow(() -> new ChainException(layer.fileName() + ": expected a date in the metadata of"
                + " each stream of " + layer.checkpoint() + " to find what there was at a time, found '" + layer.date()
                + "'; name the checkpoint until which to restore"));
    }

    /** @param increments those that count, also with others between them, where a clock was set */
    private List<Layer> last(Collection<Layer> increments, Collection<Layer> differentials) throws ChainException {
        Set<Layer> unseen = identitySet();
        unseen.addAll(increments);
        Layer tip = layers.base();
        Layer at = tip;
        while (!unseen.isEmpty()) {
            Optional<Layer> next = layers.incrementOn(at.checkpoint());
            if (next.isEmpty()) {
                break;
            }
            at = next.get();
            tip = unseen.remove(at) ? at : tip;
        }
        for (Layer increment : increments) {
            if (unseen.contains(increment)) {
                requirePath(increment, tip);
            }
        }
        Layer newest = tip;
        for (Layer differential : differentials) {
            layers.parentOf(differential);
            newest = isNewer(differential, tip) ? differential : newest;
        }
        return path(newest);
    }

    /** There is no way from the base to the layer: says what is wrong with it, and what can be restored all the same. */
    private void requirePath(Layer layer, Layer tip) throws ChainException {
        try {
            path(layer);
        } catch (ChainException e) {
            throw tip.checkpoint().isEmpty() ? e
                    : new ChainException(e.getMessage() + "; until=" + tip.checkpoint() + " restores what comes before", e);
        }
    }

    /**
     * The content at a checkpoint, which one of the layers made. Of an increment and a differential with the same checkpoint it is
     * the increment.
     */
    List<Layer> until(String checkpoint) throws ChainException {
        Layer last = layers.madeBy(checkpoint).orElse(null);
        if (last == null) {
            if (layers.isBuiltOn(checkpoint)) {
                throw new ChainException(ChainException.Fault.MISSING, "disk " + disk + ": expected the increment that made "
                        + checkpoint + ", which others build on, found only a differential of that name");
            }
            for (Layer differential : layers.differentials()) {
                last = differential.checkpoint().equals(checkpoint) ? differential : last;
            }
        }
        return path(last);
    }

    /**
     * Whether a differential was made after the last increment. One that builds on the last increment was. One that builds on
     * an earlier checkpoint, as one since the full does, is compared by number: numbers rise and are never reused. (The
     * reference numbers a differential as the increment after it, so that one is overtaken as soon as there is that increment.)
     */
    private boolean isNewer(Layer differential, Layer tip) throws ChainException {
        if (differential.parent().equals(tip.checkpoint())) {
            return true;
        }
        OptionalInt age = CheckpointNumber.compare(differential.checkpoint(), tip.checkpoint());
        if (age.isEmpty()) {
            throw new ChainException("disk " + disk + ": expected to tell from the checkpoints whether "
                    + differential.fileName() + " or " + tip.fileName() + " is newer, found '"
                    + differential.checkpoint() + "' and '" + tip.checkpoint()
                    + "'; name the checkpoint until which to restore");
        }
        return age.getAsInt() > 0;
    }

    /** From the base to a layer. */
    private List<Layer> path(Layer last) throws ChainException {
        Deque<Layer> path = new ArrayDeque<>();
        Set<Layer> visited = identitySet();
        Layer layer = last;
        path.addFirst(layer);
        while (!layer.level().isBase()) {
            if (!visited.add(layer)) {
                throw new ChainException(last.fileName() + ": expected parents that lead to " + layers.base().fileName()
                        + ", found that they lead in a circle through " + layer.fileName());
            }
            if (layer.level() == Level.INC) {
                layers.incrementOn(layer.parent());
            }
            layer = layers.parentOf(layer);
            path.addFirst(layer);
        }
        List<Layer> result = List.copyOf(path);
        for (Layer each : result) {
            SegmentCheck.check(each);
        }
        checkChains(result);
        checkSizes(result);
        return result;
    }

    /** Equality of layers would compare all their segments. */
    private static Set<Layer> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** A full of another chain can have taken the place of this one's, where a domain that was defined anew counts from 0 again. */
    private static void checkChains(List<Layer> path) throws ChainException {
        Layer base = path.get(0);
        for (Layer layer : path) {
            if (!layer.chainId().isEmpty() && !base.chainId().isEmpty() && !layer.chainId().equals(base.chainId())) {
                throw new ChainException(ChainException.Fault.FOREIGN,
                        layer.fileName() + ": expected a stream of the chain that began with "
                        + base.fileName() + " at " + base.chainId() + ", found one of the chain of " + layer.chainId()
                        + "; the full of that chain was replaced, or its streams were moved here");
            }
        }
    }

    private static void checkSizes(List<Layer> path) throws ChainException {
        for (int i = 1; i < path.size(); i++) {
            Layer before = path.get(i - 1);
            Layer layer = path.get(i);
            if (layer.virtualSize() < before.virtualSize()) {
                throw new ChainException(layer.fileName() + ": expected a virtual size of at least " + before.virtualSize()
                        + " bytes as in " + before.fileName() + ", found " + layer.virtualSize());
            }
        }
    }
}
