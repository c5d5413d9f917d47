/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import io.virtnbd.engine.backup.BackupDescription;
import java.util.List;
import org.apache.camel.CamelContext;

/** A backup has begun: its disks are open, nothing is read yet. */
public final class BackupStartedEvent extends BackupEvent {

    private final BackupDescription backup;
    private final List<String> disks;

    public BackupStartedEvent(CamelContext context, BackupDescription backup, List<String> disks) {
        super(context, backup.domain());
        this.backup = backup;
        this.disks = List.copyOf(disks);
    }

    /** Level, reason, checkpoint, chain and how long the guest was frozen. */
    public BackupDescription getBackup() {
        return backup;
    }

    /** Target names. */
    public List<String> getDisks() {
        return disks;
    }

    @Override
    public String toString() {
        return "backup " + backup.checkpoint() + " of " + getDomain() + " has begun";
    }
}
