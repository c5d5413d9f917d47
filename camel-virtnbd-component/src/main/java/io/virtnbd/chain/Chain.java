/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.List;

/**
 * The streams that, applied one after the other, give the content of a disk.
 *
 * @param disk    name of the disk
 * @param members in restore order, at least one: all segments, or the one stream, of the full or copy, then of each increment,
 *                then of at most one differential
 */
public record Chain(String disk, List<ChainMember> members) {

    /** @throws IllegalArgumentException if there are no members */
    public Chain {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("chain of disk " + disk + " without streams");
        }
    }
}
