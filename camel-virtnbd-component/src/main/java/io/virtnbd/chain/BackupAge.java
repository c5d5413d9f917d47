/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.time.LocalDateTime;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How old a backup is, as far as it tells: by the number of its checkpoint and by its date.
 *
 * @param checkpoint that it made; empty for none
 * @param date       when it was made, in local time
 */
record BackupAge(String checkpoint, Optional<LocalDateTime> date) {

    /**
     * Numbers begin anew where a domain is defined anew, and clocks are set back: only what both say, or one of them where the
     * other says nothing, counts.
     *
     * @return negative where this is older, positive where it is newer; empty where that cannot be told
     */
    OptionalInt compare(BackupAge other) {
        int number = CheckpointNumber.compare(checkpoint, other.checkpoint).orElse(0);
        int time = date.isPresent() && other.date.isPresent() ? date.get().compareTo(other.date.get()) : 0;
        if (number == 0 && time == 0 || Integer.signum(number) == -Integer.signum(time)) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(number == 0 ? time : number);
    }

    /** Whether a backup is known to have been after a time, since one before it was. */
    static boolean isLater(String checkpoint, LocalDateTime time, Collection<BackupAge> all) {
        return all.stream().filter(age -> CheckpointNumber.compare(age.checkpoint(), checkpoint).orElse(1) <= 0)
                .map(BackupAge::date).flatMap(Optional::stream).anyMatch(date -> date.isAfter(time));
    }

    @Override
    public String toString() {
        return (checkpoint.isEmpty() ? "no checkpoint" : checkpoint) + date.map(each -> " of " + each).orElse("");
    }
}
