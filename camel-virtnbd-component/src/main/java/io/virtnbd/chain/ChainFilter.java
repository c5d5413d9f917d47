/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One of the chains in a directory. It has the name of a checkpoint, which is that of the full or copy of its first disks; the full
 * of a disk that came later has another, and the same chain id.
 *
 * @param name checkpoint of a full or copy
 * @param ids  of the chain, as far as streams have one
 */
record ChainFilter(String name, Set<String> ids) {

    /** @param streams of all disks */
    static ChainFilter of(String name, Collection<StreamFile> streams) {
        Set<String> ids = new HashSet<>();
        streams.stream().filter(ChainFilter::isBase).forEach(file -> {
            if (file.checkpoint().equals(name) && !file.metadata().chainId().isEmpty()) {
                ids.add(file.metadata().chainId());
            }
        });
        return new ChainFilter(name, ids);
    }

    static boolean isBase(StreamFile file) {
        return file.isReadable() && file.name().level().isBase();
    }

    /** Whether a disk has, or could have, a part in it. */
    boolean mayHave(Collection<StreamFile> files) {
        return files.stream().noneMatch(ChainFilter::isBase)
                || files.stream().anyMatch(file -> isBase(file) && has(file.checkpoint(), file.metadata().chainId()));
    }

    List<List<Layer>> filter(String disk, List<List<Layer>> groups) throws ChainException {
        List<List<Layer>> own = groups.stream().filter(group -> group.stream()
                .anyMatch(layer -> layer.level().isBase() && has(layer.checkpoint(), layer.chainId()))).toList();
        if (own.isEmpty()) {
            throw new ChainException("disk " + disk + ": expected a full or copy stream of chain '" + name + "', found "
                    + DiskLayers.checkpoints(groups.stream().flatMap(List::stream)
                            .filter(layer -> layer.level().isBase()).toList()));
        }
        return own;
    }

    private boolean has(String checkpoint, String id) {
        return ids.isEmpty() || id.isEmpty() ? checkpoint.equals(name) : ids.contains(id);
    }
}
