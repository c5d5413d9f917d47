/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.List;

/**
 * What one backup holds of one disk: a whole stream, or the segments of it in index order.
 *
 * @param files at least one; all have the level, the checkpoint and the parent of the first
 */
record Layer(List<StreamFile> files) {

    Layer {
        files = List.copyOf(files);
    }

    private StreamFile first() {
        return files.get(0);
    }

    /** The file that stands for the layer in messages. */
    String fileName() {
        return first().fileName();
    }

    Level level() {
        return first().name().level();
    }

    String checkpoint() {
        return first().checkpoint();
    }

    /** Checkpoint that the layer builds on; empty for a full or a copy. */
    String parent() {
        return first().parent();
    }

    /** Of the chain that the layer belongs to; empty where that is not known. */
    String chainId() {
        return first().metadata().chainId();
    }

    /** Whether both can be of one chain, as far as they tell. */
    boolean mayBeOfChainOf(Layer other) {
        return chainId().isEmpty() || other.chainId().isEmpty() || chainId().equals(other.chainId());
    }

    /** As the metadata have it; empty where they have none. */
    String date() {
        return first().metadata().date();
    }

    long virtualSize() {
        return first().metadata().virtualSize();
    }

    /** Time in the file name of a differential, in seconds since 1970 UTC. */
    long epochSeconds() {
        return first().name().epochSeconds().orElse(-1);
    }
}
