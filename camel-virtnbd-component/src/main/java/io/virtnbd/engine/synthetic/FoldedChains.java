/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.CheckpointNumber;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Until;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The streams of each disk that are folded.
 *
 * @param checkpoint at which the folded disks are what they were
 * @param chains     by disk; each ends with the last stream of its disk that is not newer than the checkpoint. A disk that is
 *                   newer than the checkpoint has none
 */
record FoldedChains(String checkpoint, Map<String, Chain> chains) {

    /**
     * Finds them.
     *
     * @param until         what to end with
     * @param differentials whether a chain may end with one, on which nothing can build
     * @throws ChainException if streams do not make a chain
     */
    static FoldedChains of(SetFiles files, Until until, boolean differentials) throws ChainException {
        BackupDirectory set = files.directory();
        Map<String, Chain> newest = new LinkedHashMap<>();
        for (String disk : set.disks()) {
            if (until.checkpoint().isEmpty() && (until.time().isEmpty() || !isNewer(files, disk, until))) {
                Chain chain = set.chain(disk, until);
                newest.put(disk, differentials ? chain : withoutDifferential(chain));
            } else if (until.checkpoint().isPresent() && files.has(disk, until.checkpoint().get())) {
                newest.put(disk, set.chain(disk, until));
            }
        }
        if (newest.isEmpty()) {
            throw new ChainException(files.store().name() + ": expected streams to fold until '" + until + "', found none");
        }
        String checkpoint = newest.values().stream().map(FoldedChains::last).max(byAge()).orElseThrow();
        for (String disk : set.disks()) {
            if (!newest.containsKey(disk)) {
                before(set, disk, checkpoint).ifPresent(chain -> newest.put(disk, chain));
            }
        }
        for (Chain chain : newest.values()) {
            if (!differentials && level(chain) == Level.DIFF) {
                throw new ChainException("expected a full or an increment to fold until, found that " + checkpoint
                        + " is a differential, on which no increment can build");
            }
        }
        return new FoldedChains(checkpoint, newest);
    }

    /** Whether all backups of a disk are later. */
    private static boolean isNewer(SetFiles files, String disk, Until until) {
        return files.streams().values().stream().filter(stream -> stream.name().disk().equals(disk))
                .noneMatch(stream -> stream.metadata().date().compareTo(until.time().orElseThrow().toString()) <= 0);
    }

    /** The chain of a disk until its last stream before a checkpoint in which it has no part. */
    private static Optional<Chain> before(BackupDirectory set, String disk, String checkpoint) throws ChainException {
        Chain all = withoutDifferential(set.chain(disk, Until.NEWEST));
        List<ChainMember> members = new ArrayList<>();
        for (ChainMember member : all.members()) {
            String made = member.metadata().checkpointName();
            int age = CheckpointNumber.compare(made, checkpoint).orElseThrow(() -> new ChainException("disk " + disk
                    + " has no stream of " + checkpoint + ": expected to tell from the names of checkpoints which of its streams"
                    + " are older, found " + made));
            if (age <= 0) {
                members.add(member);
            }
        }
        return members.isEmpty() ? Optional.empty() : Optional.of(new Chain(disk, members));
    }

    private static Chain withoutDifferential(Chain chain) {
        return new Chain(chain.disk(), chain.members().stream().filter(member -> member.level() != Level.DIFF).toList());
    }

    static String last(Chain chain) {
        return chain.members().get(chain.members().size() - 1).metadata().checkpointName();
    }

    private static Level level(Chain chain) {
        return chain.members().get(chain.members().size() - 1).level();
    }

    private static Comparator<String> byAge() {
        return (one, other) -> CheckpointNumber.compare(one, other).orElseGet(() -> one.compareTo(other));
    }

    /** Whether the result can be built upon: each chain begins with a full, and ends with it or an increment. */
    boolean canGoOn() {
        return chains.values().stream().allMatch(chain -> chain.members().get(0).level() == Level.FULL
                && level(chain) != Level.DIFF);
    }

    /** How many backups of a disk are folded. */
    static int layers(Chain chain) {
        return chain.members().stream().map(member -> member.metadata().checkpointName() + member.level())
                .collect(Collectors.toSet()).size();
    }
}
