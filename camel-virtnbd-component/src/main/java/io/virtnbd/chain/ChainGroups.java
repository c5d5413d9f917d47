/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts the layers of one disk to their bases: each full or copy with what builds on it, by parent checkpoints and the ids of
 * chains, is a chain of its own.
 */
final class ChainGroups {

    private final String disk;
    private final List<Layer> layers;
    private final Map<String, List<Layer>> makers = new HashMap<>();
    /** What each layer builds on in the end, where that is there. */
    private final Map<Layer, Layer> bases = new IdentityHashMap<>();

    private ChainGroups(String disk, List<Layer> layers) {
        this.disk = disk;
        this.layers = layers;
    }

    /**
     * A layer that is not connected with any base belongs to each chain that it may be of: it is missing something there.
     *
     * @return lists with one base each; with less than two bases one list with all
     * @throws ChainException if two streams made the same checkpoint of the same chain, or a stream fits several chains
     */
    static List<List<Layer>> split(String disk, List<Layer> layers) throws ChainException {
        return new ChainGroups(disk, layers).split();
    }

    private List<List<Layer>> split() throws ChainException {
        for (Layer layer : layers) {
            if (layer.level() != Level.DIFF) {
                List<Layer> same = makers.computeIfAbsent(layer.checkpoint(), checkpoint -> new ArrayList<>());
                for (Layer other : same) {
                    if (layer.mayBeOfChainOf(other)) {
                        throw new ChainException(layer.fileName() + " and " + other.fileName() + ": expected checkpoints of "
                                + "their own, found '" + layer.checkpoint() + "' in both");
                    }
                }
                same.add(layer);
            }
        }
        List<Layer> found = layers.stream().filter(layer -> layer.level().isBase()).toList();
        if (found.size() < 2) {
            return List.of(layers);
        }
        for (Layer layer : layers) {
            connect(layer);
        }
        List<List<Layer>> groups = new ArrayList<>();
        for (Layer base : found) {
            groups.add(layers.stream().filter(layer -> belongs(layer, base, found)).toList());
        }
        return groups;
    }

    private boolean belongs(Layer layer, Layer base, List<Layer> all) {
        Layer own = bases.get(layer);
        return own != null ? own == base
                : layer.mayBeOfChainOf(base) || all.stream().noneMatch(layer::mayBeOfChainOf);
    }

    /** Follows the parents to a base, without recursion: chains can be long. */
    private void connect(Layer start) throws ChainException {
        Set<Layer> way = Collections.newSetFromMap(new IdentityHashMap<>());
        Layer at = start;
        while (at != null && !at.level().isBase() && !bases.containsKey(at) && way.add(at)) {
            at = parent(at);
        }
        Layer base = at == null ? null : at.level().isBase() ? at : bases.get(at);
        if (base != null) {
            bases.put(base, base);
            way.forEach(each -> bases.put(each, base));
        }
    }

    private Layer parent(Layer layer) throws ChainException {
        List<Layer> parents = makers.getOrDefault(layer.parent(), List.of()).stream().filter(layer::mayBeOfChainOf).toList();
        if (parents.size() > 1) {
            throw new ChainException("disk " + disk + ": expected to tell what " + layer.fileName() + " builds on, found '"
                    + layer.parent() + "' in " + parents.get(0).fileName() + " and " + parents.get(1).fileName());
        }
        return parents.isEmpty() ? null : parents.get(0);
    }
}
