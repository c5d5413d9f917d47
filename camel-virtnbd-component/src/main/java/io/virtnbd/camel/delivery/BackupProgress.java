/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.camel.event.VirtNbdEvents;
import io.virtnbd.camel.event.BackupProgressEvent;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.backup.BackupDescription;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;

/**
 * Tells the user's listener and, not as often, the event notifiers how far the disks of a backup have come. Safe for use by
 * several threads.
 */
public final class BackupProgress implements ProgressListener {

    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final CamelContext context;
    private final ProgressListener listener;
    private final Map<String, DiskProgress> disks = new HashMap<>();
    private volatile BackupDescription backup;

    public BackupProgress(CamelContext context, ProgressListener listener) {
        this.context = context;
        this.listener = listener;
    }

    /** What the events tell of. None is sent before. */
    void begun(BackupDescription description) {
        backup = description;
    }

    @Override
    public void progress(String disk, long done, long total) {
        listener.progress(disk, done, total);
        BackupDescription of = backup;
        if (of != null && VirtNbdEvents.areHeard(context) && isTime(disk, done, total)) {
            send(of, disk, done, total);
        }
    }

    /**
     * A segment or a frame was read for the first time. These are no stream that the listener is told of.
     *
     * @param length bytes of disk content in it
     */
    public void piece(String disk, long length, long total) {
        BackupDescription of = backup;
        if (of != null && VirtNbdEvents.areHeard(context)) {
            long done = sum(disk, length);
            if (isTime(disk, done, total)) {
                send(of, disk, done, total);
            }
        }
    }

    private void send(BackupDescription of, String disk, long done, long total) {
        VirtNbdEvents.send(context, () -> new BackupProgressEvent(context, of, disk, done, total));
    }

    private synchronized long sum(String disk, long length) {
        return state(disk).pieces += length;
    }

    /** Once in an interval, and once at the end. */
    private synchronized boolean isTime(String disk, long done, long total) {
        DiskProgress state = state(disk);
        long now = System.nanoTime();
        boolean due = done == total ? state.told != total : now - state.time >= INTERVAL;
        if (due) {
            state.told = done;
            state.time = now;
        }
        return due;
    }

    private DiskProgress state(String disk) {
        return disks.computeIfAbsent(disk, name -> new DiskProgress());
    }

    /** What was told of one disk. */
    private static final class DiskProgress {

        private long pieces;
        private long told = -1;
        private long time = System.nanoTime();
    }
}
