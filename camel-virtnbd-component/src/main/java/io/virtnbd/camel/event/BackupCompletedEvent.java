/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import io.virtnbd.engine.backup.BackupDescription;
import java.util.List;
import org.apache.camel.CamelContext;

/** A backup was delivered, the manifest too, and is committed. */
public final class BackupCompletedEvent extends BackupEvent {

    private final BackupDescription backup;
    private final List<String> disks;
    private final BackupSummary summary;

    public BackupCompletedEvent(CamelContext context, BackupDescription backup, List<String> disks, BackupSummary summary) {
        super(context, backup.domain());
        this.backup = backup;
        this.disks = List.copyOf(disks);
        this.summary = summary;
    }

    /** Level, reason, checkpoint, chain, how long the guest was frozen, and the id of the request. */
    public BackupDescription getBackup() {
        return backup;
    }

    /** Target names. */
    public List<String> getDisks() {
        return disks;
    }

    public BackupSummary getSummary() {
        return summary;
    }

    @Override
    public String toString() {
        String request = backup.requestId().map(id -> " for request " + id).orElse("");
        return "backup " + backup.checkpoint() + " of " + getDomain() + request + " is committed: " + summary;
    }
}
