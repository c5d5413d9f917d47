/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * All that tells of streams which a directory has lost, so that nothing older is taken for the newest content.
 *
 * @param missing     what manifests tell
 * @param lostStreams what is left beside streams tells
 * @param begun       what virtnbdbackup's list of checkpoints tells; nothing where there are manifests
 * @param streams     those that are there
 */
record LostBackups(MissingStreams missing, LostStreams lostStreams, Optional<BegunBackup> begun, StreamsByDisk streams) {

    /**
     * @param files all files of a directory
     * @param names of these
     * @throws IOException if the thread is interrupted
     */
    static LostBackups of(List<StoredFile> files, Set<String> names, Manifests manifests, StreamsByDisk streams)
            throws IOException {
        List<StreamFile> all = streams.all();
        return new LostBackups(new MissingStreams(manifests, names), LostStreams.of(names, all, !manifests.isEmpty()),
                manifests.isEmpty() ? BegunBackup.of(files, all) : Optional.empty(), streams);
    }

    /** The disks that have lost streams, in alphabetical order. */
    Set<String> disks() {
        Set<String> disks = new TreeSet<>(missing.disks());
        disks.addAll(lostStreams.disks());
        return disks;
    }

    /**
     * Checks that what is taken for the newest content of a disk is.
     *
     * @param last the last stream of its chain
     * @param time what is later does not count, where there is one
     * @param only the chain that is meant, by the checkpoint of its full or copy: what is told without manifests may be of
     *             another one, and does not count then; empty for all
     * @throws ChainException if something newer is lost, or may be
     */
    void requireNewest(String disk, ChainMember last, Optional<LocalDateTime> time, Optional<String> only) throws ChainException {
        List<BackupAge> ages = time.isPresent() ? streams.ages() : List.of(); // only for a time something can be later
        missing.requireNewest(disk, last, time, ages, only);
        if (only.isEmpty()) {
            lostStreams.requireNewest(disk, last, time, ages);
            if (begun.isPresent() && !begun.get().isLater(time, ages)) {
                throw begun.get().failure();
            }
        }
    }

    /**
     * Checks that a stream is what made its checkpoint: the reference gives a differential the checkpoint of the increment that is
     * made after it.
     *
     * @param last the last stream of the disk's chain
     * @throws ChainException if it is such a differential, and the increment is lost
     */
    void requireMadeBy(String disk, ChainMember last) throws ChainException {
        String checkpoint = last.metadata().checkpointName();
        Optional<String> left = last.level() == Level.DIFF ? lostStreams.increment(disk, checkpoint) : Optional.empty();
        if (left.isPresent()) {
            throw new ChainException(ChainException.Fault.MISSING, "disk " + disk + ": expected the increment that made "
                    + checkpoint + ", of which " + left.get() + " tells, found only the differential "
                    + last.file().fileName() + " of that name, which is older");
        }
    }
}
