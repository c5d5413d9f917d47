/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Which streams of a disk count for what is asked. One that is unusable could be any, and nothing newer is known to be there
 * without it; but it stops nobody who asks for a point before it. Where it is needed all the same, it is missed.
 */
final class DiskStreams {

    private static final int MAX_NAMED = 3;

    private final Until until;
    private final Manifests manifests;
    private final List<StreamFile> counting = new ArrayList<>();
    private final List<ChainException> passedOver = new ArrayList<>();
    private final boolean chained;

    /**
     * @param all that say in their name or in their metadata that they are of the disk
     * @throws ChainException if one is unusable, and could be part of what is asked for
     */
    DiskStreams(Collection<StreamFile> all, Until until, Manifests manifests) throws ChainException {
        this.until = until;
        this.manifests = manifests;
        chained = all.stream().allMatch(file -> !file.isReadable() || !file.metadata().chainId().isEmpty());
        for (StreamFile file : all) {
            Optional<ChainException> fault = StreamFault.of(file);
            boolean doubted = fault.isEmpty() && file.failure() != null;
            if (fault.isEmpty() && !doubted || doubted && until.checkpoint().isPresent()) {
                counting.add(file); // that of a doubted one on the way is seen then
            } else {
                ChainException reason = fault.orElseGet(() -> StreamFault.failure(file));
                if (!mayBePassedOver(file)) {
                    throw reason;
                }
                passedOver.add(reason);
            }
        }
    }

    List<StreamFile> counting() {
        return counting;
    }

    /** Where something is missing it may be one that was passed over. */
    ChainException explained(ChainException failure) {
        if (passedOver.isEmpty()) {
            return failure;
        }
        ChainException explained = new ChainException(failure.getMessage() + "; passed over: "
                + String.join("; ", passedOver.stream().limit(MAX_NAMED).map(ChainException::getMessage).toList())
                + (passedOver.size() > MAX_NAMED ? "; and " + (passedOver.size() - MAX_NAMED) + " more" : ""), failure);
        passedOver.forEach(explained::addSuppressed);
        return explained;
    }

    /**
     * What leads to a checkpoint is known from parents: what is missing there is noticed. Only a full that cannot be read could be
     * exchanged for another one that made a checkpoint of the same name, where no ids of chains tell.
     */
    private boolean mayBePassedOver(StreamFile file) {
        return until.checkpoint().isPresent() ? !file.name().level().isBase() || chained
                : until.time().isPresent() && isLater(file, until.time().get());
    }

    private boolean isLater(StreamFile file, LocalDateTime time) {
        Optional<LocalDateTime> made = file.isReadable() ? BackupTimes.parse(file.metadata().date())
                : file.name().localTime().or(() -> file.name().checkpoint().flatMap(manifests::earliest));
        return made.isPresent() && made.get().isAfter(time);
    }
}
