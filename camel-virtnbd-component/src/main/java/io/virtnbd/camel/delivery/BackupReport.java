/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.camel.event.BackupCompletedEvent;
import io.virtnbd.camel.event.VirtNbdEvents;
import io.virtnbd.camel.event.BackupFailedEvent;
import io.virtnbd.camel.event.BackupStartedEvent;
import io.virtnbd.camel.event.BackupSummary;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.RunningBackup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log and the event notifiers how a backup begins and ends. */
final class BackupReport {

    /** A name of its own, so that what operators read can be had without the rest. */
    private static final Logger LOG = LoggerFactory.getLogger("io.virtnbd.camel.backup");

    private final CamelContext context;
    private final BackupDescription backup;
    private final List<BackedUpDisk> disks;
    private final long start;

    /** @param start when it was asked for, by {@link System#nanoTime} */
    BackupReport(CamelContext context, RunningBackup backup, long start) {
        this.start = start;
        this.context = context;
        this.backup = backup.description();
        this.disks = backup.disks();
    }

    /** Nothing has begun: events would tell of a backup that there is not. */
    static void repeated(BackupDescription made) {
        LOG.info("not backing up {}: {}, {} of {}", made.domain(), made.reason(), made.checkpoint(), made.date());
    }

    void started() {
        LOG.info("backing up {}: {}, disks {}{}{}: {}", backup.domain(), what(), String.join(", ", names()), frozen(),
                request(), backup.reason());
        VirtNbdEvents.send(context, () -> new BackupStartedEvent(context, backup, names()));
    }

    void completed(long streamBytes) {
        BackupSummary summary = new BackupSummary(Duration.ofNanos(System.nanoTime() - start),
                disks.stream().mapToLong(disk -> disk.backup().metadata().dataSize()).sum(), streamBytes,
                disks.stream().mapToLong(disk -> disk.backup().dataFrames()).sum(),
                disks.stream().mapToLong(disk -> disk.backup().zeroFrames()).sum());
        LOG.info("backed up {}: {}, disks {}{}{}: {}", backup.domain(), what(), String.join(", ", names()), frozen(), request(),
                summary);
        VirtNbdEvents.send(context, () -> new BackupCompletedEvent(context, backup, names(), summary));
    }

    void failed(Throwable cause) {
        LOG.warn("{}; {} of {}{} is rolled back", cause.getMessage(), what(), backup.domain(), request());
        LOG.debug("{} of {}", what(), backup.domain(), cause);
        VirtNbdEvents.send(context, () -> new BackupFailedEvent(context, backup.domain(), Optional.of(backup), cause));
    }

    private String what() {
        String since = backup.parentCheckpoint().isEmpty() ? "" : " since " + backup.parentCheckpoint();
        return backup.level().label() + " " + backup.checkpoint() + since;
    }

    private String frozen() {
        return backup.frozen().map(time -> " (frozen for " + time.toMillis() + " ms)").orElse("");
    }

    private String request() {
        return backup.requestId().map(id -> " for request " + id).orElse("");
    }

    private List<String> names() {
        return disks.stream().map(disk -> disk.fileName().disk()).toList();
    }
}
