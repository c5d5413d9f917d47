/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.chain.Level;
import io.virtnbd.nbd.protocol.NbdUri;
import java.util.Objects;
import java.util.Optional;

/**
 * Which disk is backed up, and as what.
 *
 * @param uri              the export that serves the disk
 * @param disk             name of the disk, for example {@code vda}
 * @param diskFormat       format of image that the disk is to be restored to, {@code qcow2} or {@code raw}; written to the
 *                         metadata, where {@code virtnbdrestore} looks for it
 * @param level            what the stream is in its chain
 * @param dirtyBitmap      meta context of the export that tells what has changed, for example {@code qemu:dirty-bitmap:name}; the
 *                         stream then holds these changes only. Empty: it holds the whole disk, also where it is an increment,
 *                         which then covers all that was before it
 * @param checkpoint       name of the checkpoint that the backup creates or stands for
 * @param parentCheckpoint name of the checkpoint that an increment builds on, empty for a full or a copy
 * @param date             when the backup was made, as {@link BackupDate} writes it
 * @param chainId          the same in all backups of one chain; empty for none
 * @param reading          how the disk is read and encoded
 */
public record DiskBackupOptions(NbdUri uri, String disk, String diskFormat, Level level, Optional<String> dirtyBitmap,
                                String checkpoint, String parentCheckpoint, String date, String chainId, DiskReadOptions reading) {

    public DiskBackupOptions {
        Objects.requireNonNull(uri, "uri");
        Objects.requireNonNull(disk, "disk");
        Objects.requireNonNull(diskFormat, "diskFormat");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(checkpoint, "checkpoint");
        Objects.requireNonNull(parentCheckpoint, "parentCheckpoint");
        Objects.requireNonNull(date, "date");
        Objects.requireNonNull(chainId, "chainId");
        Objects.requireNonNull(reading, "reading");
        if (dirtyBitmap.isPresent() && level.isBase()) {
            throw new IllegalArgumentException("disk " + disk + ": a " + level.label() + " has no bitmap, found "
                    + dirtyBitmap.get());
        }
        if (level.isBase() != parentCheckpoint.isEmpty()) {
            throw new IllegalArgumentException("disk " + disk + ": parentCheckpoint of level " + level.label() + " is '"
                    + parentCheckpoint + "', expected " + (level.isBase() ? "none" : "the checkpoint that it builds on"));
        }
    }

    /** A copy of the export, in the first checkpoint of the default prefix. */
    public static DiskBackupOptions copyOf(NbdUri uri) {
        return new DiskBackupOptions(uri, "vda", "qcow2", Level.COPY, Optional.empty(), "virtnbd.0", "", BackupDate.now(), "",
                DiskReadOptions.defaults());
    }

    public DiskBackupOptions withReading(DiskReadOptions value) {
        return new DiskBackupOptions(uri, disk, diskFormat, level, dirtyBitmap, checkpoint, parentCheckpoint, date, chainId, value);
    }
}
