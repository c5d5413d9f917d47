/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is recorded with a domain of its backups under one prefix. It is what makes a backup count: one whose checkpoint is in
 * here was committed, any other was not.
 *
 * @param prefix  first part of the names of the checkpoints
 * @param first   number from which on checkpoints are ours; those with lower numbers were there before
 * @param highest number that was last given to a backup, whatever became of it; numbers are never used again
 * @param pending whether the backup with the highest number has begun and was neither committed nor rolled back yet
 * @param chain   what was committed; empty where no chain has begun
 */
record BackupRecord(String prefix, long first, long highest, boolean pending, Optional<CommittedChain> chain) {

    private static final Pattern NUMBERED = Pattern.compile("(?<prefix>.+)\\.(?<number>0|[1-9][0-9]{0,17})");

    /** Of a domain that has none: the next number is {@code first}. */
    static BackupRecord initial(String prefix, long first) {
        return new BackupRecord(prefix, first, first - 1, false, Optional.empty());
    }

    /** The name of the checkpoint with the highest number. */
    String current() {
        return prefix + "." + highest;
    }

    /** With the next number given away, to a backup that begins. */
    BackupRecord reserved() {
        return new BackupRecord(prefix, first, highest + 1, true, chain);
    }

    /** With what the backup that has the highest number leaves for others to build on. */
    BackupRecord committed(CommittedChain committed) {
        return new BackupRecord(prefix, first, highest, false, Optional.of(committed));
    }

    /** With the backup that has the highest number ended, and nothing of it to build on. */
    BackupRecord settled() {
        return new BackupRecord(prefix, first, highest, false, chain);
    }

    /** Whether that checkpoint was made by a backup of this record. */
    boolean owns(String checkpoint) {
        OptionalLong number = number(prefix, checkpoint);
        return number.isPresent() && number.getAsLong() >= first && number.getAsLong() <= highest;
    }

    /** Whether that checkpoint was made by a backup of this record that was not committed. */
    boolean isOrphan(String checkpoint) {
        long committed = chain.map(made -> number(prefix, made.last()).orElse(first - 1)).orElse(first - 1);
        return owns(checkpoint) && number(prefix, checkpoint).getAsLong() > committed;
    }

    /** The number in a checkpoint's name; empty where it has another prefix or none. */
    static OptionalLong number(String prefix, String checkpoint) {
        Matcher name = NUMBERED.matcher(checkpoint);
        return name.matches() && name.group("prefix").equals(prefix) ? OptionalLong.of(Long.parseLong(name.group("number")))
                : OptionalLong.empty();
    }
}
