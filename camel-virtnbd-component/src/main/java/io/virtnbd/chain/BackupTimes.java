/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * When the backups of a directory were made. A backup of several disks has one time, or some of its disks could be taken and others
 * not: the latest date among its streams, as virtnbdbackup gives each disk's stream a date of its own. Immutable.
 */
final class BackupTimes {

    private final Map<String, LocalDateTime> latest = new HashMap<>();
    private final Set<String> unknown = new HashSet<>();

    /** @param streams of all disks; those that could not be read do not count */
    BackupTimes(Collection<StreamFile> streams) {
        for (StreamFile stream : streams) {
            if (stream.isReadable()) {
                String key = key(stream);
                Optional<LocalDateTime> date = parse(stream.metadata().date());
                date.ifPresentOrElse(each -> latest.merge(key, each, (a, b) -> a.isAfter(b) ? a : b),
                        () -> unknown.add(key));
            }
        }
    }

    /**
     * Names of checkpoints come again in other chains. Differentials of the reference have the checkpoint of an increment that is
     * made later.
     */
    private static String key(StreamFile stream) {
        return stream.metadata().chainId() + "/" + stream.checkpoint() + (stream.name().level() == Level.DIFF
                ? "/" + stream.name().epochSeconds() : "");
    }

    static Optional<LocalDateTime> parse(String date) {
        try {
            return Optional.of(LocalDateTime.parse(date));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Empty where a stream of the backup has no date, or another one than the format has. */
    Optional<LocalDateTime> of(Layer layer) {
        String key = key(layer.files().get(0));
        return unknown.contains(key) ? Optional.empty() : Optional.ofNullable(latest.get(key));
    }
}
