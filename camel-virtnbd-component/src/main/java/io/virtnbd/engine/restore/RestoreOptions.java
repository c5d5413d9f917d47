/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.ProgressListener;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Where a disk is restored to, and how.
 *
 * @param image        the image file to make or the block device to write, or null when {@code nbdUri} is given
 * @param format       format of the image file; a block device is written raw
 * @param overwrite    whether an image that is there already is replaced, once the new one is whole, and whether a block device
 *                     may be written
 * @param nbdUri       the writable export to write to, at least as large as the disk, or null when {@code image} is given
 * @param client       how to connect to the export
 * @param progress     is told what has been restored of all streams together
 * @param resume       whether a restore that was interrupted goes on where it was
 * @param journal      the file that keeps how far the restore has come; null for one beside an image, and none for the others
 * @param syncInterval bytes of disk content after which they are made durable and the journal says so, at least 1; it is done
 *                     every ten seconds too
 * @param verify       whether the restored disk is read again and compared with the streams before it is complete
 * @param qcow2Options options that a qcow2 image is created with, as {@code qemu-img create -o} takes them; may be empty
 * @param journalStays whether the journal of an image stays when it is complete, until {@link DiskRestore#forget}; so a restore of
 *                     several disks that ends early knows which of them are done
 */
public record RestoreOptions(Path image, ImageFormat format, boolean overwrite, NbdUri nbdUri, NbdClientOptions client,
                             ProgressListener progress, boolean resume, Path journal, long syncInterval, boolean verify,
                             String qcow2Options, boolean journalStays) {

    /** As much as a disk of today writes in some seconds. */
    public static final long SYNC_INTERVAL = 1L << 30;

    public RestoreOptions {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(progress, "progress");
        Objects.requireNonNull(qcow2Options, "qcow2Options");
        if ((image == null) == (nbdUri == null)) {
            throw new IllegalArgumentException("a restore goes either to an image or to an NBD export: image is " + image
                    + ", nbdUri is " + nbdUri);
        }
        if (syncInterval < 1) {
            throw new IllegalArgumentException("syncInterval is " + syncInterval + ", expected 1 or more");
        }
    }

    /** A restore to an image file. */
    public static RestoreOptions toImage(Path image, ImageFormat format) {
        return new RestoreOptions(image, format, false, null, NbdClientOptions.defaults(), ProgressListener.NONE, true, null,
                SYNC_INTERVAL, false, "", false);
    }

    /** A restore to an NBD export. */
    public static RestoreOptions toExport(NbdUri uri) {
        return new RestoreOptions(null, ImageFormat.RAW, false, uri, NbdClientOptions.defaults(), ProgressListener.NONE, true,
                null, SYNC_INTERVAL, false, "", false);
    }

    public RestoreOptions withOverwrite(boolean value) {
        return with(draft -> draft.overwrite = value);
    }

    public RestoreOptions withClient(NbdClientOptions value) {
        return with(draft -> draft.client = value);
    }

    public RestoreOptions withProgress(ProgressListener value) {
        return with(draft -> draft.progress = value);
    }

    public RestoreOptions withResume(boolean value) {
        return with(draft -> draft.resume = value);
    }

    /** @param value null for the default */
    public RestoreOptions withJournal(Path value) {
        return with(draft -> draft.journal = value);
    }

    public RestoreOptions withSyncInterval(long bytes) {
        return with(draft -> draft.syncInterval = bytes);
    }

    public RestoreOptions withVerify(boolean value) {
        return with(draft -> draft.verify = value);
    }

    public RestoreOptions withQcow2Options(String value) {
        return with(draft -> draft.qcow2Options = value);
    }

    public RestoreOptions withJournalStays(boolean value) {
        return with(draft -> draft.journalStays = value);
    }

    private RestoreOptions with(Consumer<Draft> change) {
        Draft draft = new Draft();
        change.accept(draft);
        return draft.options();
    }

    /** These options, one of which changes. */
    private final class Draft {
        private boolean overwrite = RestoreOptions.this.overwrite;
        private NbdClientOptions client = RestoreOptions.this.client;
        private ProgressListener progress = RestoreOptions.this.progress;
        private boolean resume = RestoreOptions.this.resume;
        private Path journal = RestoreOptions.this.journal;
        private long syncInterval = RestoreOptions.this.syncInterval;
        private boolean verify = RestoreOptions.this.verify;
        private String qcow2Options = RestoreOptions.this.qcow2Options;
        private boolean journalStays = RestoreOptions.this.journalStays;

        RestoreOptions options() {
            return new RestoreOptions(image, format, overwrite, nbdUri, client, progress, resume, journal, syncInterval, verify,
                    qcow2Options, journalStays);
        }
    }
}
