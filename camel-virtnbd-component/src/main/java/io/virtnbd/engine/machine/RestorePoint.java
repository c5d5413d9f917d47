/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.StreamFileName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The backup that disks are restored to: the newest one in their chains, as a disk need not be in each.
 *
 * @param checkpoint that the backup made
 * @param date       as in the streams' metadata
 * @param labels     what the names of its side files can have for the checkpoint, the most exact first: virtnbdbackup
 *                   names those of a differential by its time, and those of a copy by the word
 */
record RestorePoint(String checkpoint, String date, List<String> labels) {

    /** In a copy of virtnbdbackup, where files that the domain is started with have no label at all. */
    static final String COPY = Level.COPY.label();

    /** @param chains of the disks, at least one */
    static RestorePoint of(Collection<Chain> chains) {
        ChainMember last = chains.stream().map(chain -> chain.members().get(chain.members().size() - 1))
                .max(Comparator.comparing(member -> member.metadata().date())).orElseThrow();
        String checkpoint = last.metadata().checkpointName();
        List<String> labels = new ArrayList<>();
        if (last.level() == Level.DIFF) {
            BackupFileNames.parse(last.file().fileName()).map(StreamFileName::epochSeconds)
                    .ifPresent(epoch -> epoch.ifPresent(seconds -> labels.add(Long.toString(seconds))));
        }
        labels.add(checkpoint);
        if (last.level() == Level.COPY) {
            labels.add(COPY);
        }
        return new RestorePoint(checkpoint, last.metadata().date(), labels);
    }
}
