/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import io.virtnbd.engine.backup.BackupDescription;
import org.apache.camel.CamelContext;

/** How far one disk of a backup has come. Sent about once a second for a disk, and when it is complete. */
public final class BackupProgressEvent extends BackupEvent {

    private final BackupDescription backup;
    private final String disk;
    private final long done;
    private final long total;

    public BackupProgressEvent(CamelContext context, BackupDescription backup, String disk, long done, long total) {
        super(context, backup.domain());
        this.backup = backup;
        this.disk = disk;
        this.done = done;
        this.total = total;
    }

    public BackupDescription getBackup() {
        return backup;
    }

    /** Target name. */
    public String getDisk() {
        return disk;
    }

    /** Bytes of disk content that were read so far. Starts again from 0 when a stream is read again. */
    public long getDone() {
        return done;
    }

    /** Bytes of disk content to read. */
    public long getTotal() {
        return total;
    }

    @Override
    public String toString() {
        return "backup " + backup.checkpoint() + " of " + getDomain() + ": " + done + " of " + total + " bytes of " + disk;
    }
}
