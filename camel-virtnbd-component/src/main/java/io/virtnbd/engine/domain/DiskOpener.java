/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.StreamFileName;
import io.virtnbd.engine.Closing;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.DiskBackup;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Connects to the exports of a backup's disks and plans their streams. */
final class DiskOpener {

    private static final long RETRY_NANOS = 2_000_000_000L;
    private static final long PAUSE_MILLIS = 5;

    private DiskOpener() {
    }

    /**
     * Opens all disks of a plan, or none.
     *
     * @param epochSeconds time in the names of a differential's streams, in seconds since 1970 UTC
     * @param uri          where a disk is served
     * @param bitmap       meta context that tells what has changed of a disk; empty where the whole disk is read
     */
    static List<BackedUpDisk> openAll(BackupPlan plan, BackupDescription description, long epochSeconds,
            DiskReadOptions reading, Function<PlannedDisk, NbdUri> uri, Function<PlannedDisk, Optional<String>> bitmap)
            throws IOException {
        // a chain is called by the time of its full
        String chainId = plan.chain().map(CommittedChain::id).orElse(description.date());
        List<BackedUpDisk> opened = new ArrayList<>();
        try {
            for (PlannedDisk disk : plan.disks()) {
                DiskBackup backup = open(new DiskBackupOptions(uri.apply(disk), disk.target(), disk.disk().format(), disk.filed(),
                        bitmap.apply(disk), description.checkpoint(), disk.parent(), description.date(), chainId,
                        reading));
                StreamFileName name = StreamFileName.of(disk.target(), disk.filed(), description.checkpoint(), epochSeconds);
                opened.add(new BackedUpDisk(backup, name, disk.covers(), disk.reason()));
            }
            return opened;
        } catch (Throwable e) {
            Closing.after(e, opened.stream().map(BackedUpDisk::backup).toArray(Closeable[]::new));
            throw e;
        }
    }

    /** Meta context of a bitmap that QEMU exports. Source: QEMU's nbd.rst. */
    static String bitmapContext(String bitmap) {
        return "qemu:dirty-bitmap:" + bitmap;
    }

    /** A server that was started a moment ago may not listen yet. */
    private static DiskBackup open(DiskBackupOptions options) throws IOException {
        long deadline = System.nanoTime() + RETRY_NANOS;
        while (true) {
            try {
                return DiskBackup.open(options);
            } catch (NbdNegotiationException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for the export of disk " + options.disk());
            }
        }
    }
}
