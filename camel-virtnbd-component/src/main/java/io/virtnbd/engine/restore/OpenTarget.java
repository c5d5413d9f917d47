/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.Closing;
import io.virtnbd.engine.FileClaim;
import io.virtnbd.engine.FileClaimedException;
import io.virtnbd.engine.qemu.AbandonedImage;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.BaseAllocation;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A target that is ready to be written, with its journal and what that said: a new one, or one that an earlier restore has left
 * and that is gone on with.
 */
final class OpenTarget implements Closeable {

    private final RestoreTarget target;
    private final RestoreJournal journal;
    private final JournalContent content;
    /** Null where what is written to is no file of this restore. */
    private final PartialImage image;
    /** Of a journal that was named. The one beside an image is covered by the claim of the image. */
    private FileClaim journalClaim;
    private boolean kept;

    private OpenTarget(RestoreTarget target, RestoreJournal journal, JournalContent content, PartialImage image) {
        this.target = target;
        this.journal = journal;
        this.content = content;
        this.image = image;
    }

    /**
     * Opens a target.
     *
     * @param plan what an earlier restore must have had as its plan to be gone on with
     * @param size bytes of the disk
     * @throws RestoreException if the target cannot be opened, or the journal is that of something else, or in use
     */
    static OpenTarget open(RestoreOptions options, String plan, long size) throws IOException {
        return open(options, plan, size, null);
    }

    /**
     * Opens a target again that this restore has had open with fewer bytes, and has {@linkplain #keep kept}.
     *
     * @param kept what was written to it, all of it durable
     * @throws RestoreException as above, and if what was kept is not there any more
     */
    static OpenTarget reopen(RestoreOptions options, long size, JournalContent kept) throws IOException {
        return open(options, kept.header().plan(), size, kept);
    }

    private static OpenTarget open(RestoreOptions options, String plan, long size, JournalContent kept) throws IOException {
        FileClaim claim = options.journal() == null ? null : claim(options.journal().toAbsolutePath().normalize());
        try {
            OpenTarget target = openClaimed(options, plan, size, kept);
            target.journalClaim = claim;
            return target;
        } catch (Throwable e) {
            Closing.after(e, claim);
            throw e;
        }
    }

    private static FileClaim claim(Path journal) throws IOException {
        try {
            return FileClaim.of(journal);
        } catch (FileClaimedException e) {
            throw new RestoreException(journal + " is being written by another restore", e);
        }
    }

    private static OpenTarget openClaimed(RestoreOptions options, String plan, long size, JournalContent kept)
            throws IOException {
        if (options.nbdUri() != null) {
            JournalHeader header = new JournalHeader(plan, "export " + options.nbdUri(), size, 0);
            return inPlace(options, header, new ExportTarget(header.target(), options.nbdUri(), reading(options), size, false),
                    kept);
        }
        if (UnixFile.isBlockDevice(options.image())) {
            BlockDevice device = BlockDevice.claim(options.image().toRealPath(), options.overwrite());
            return inPlace(options, new JournalHeader(plan, device.toString(), size, 0), new RawImageTarget(device, size), kept);
        }
        PartialImage image = PartialImage.take(options.image(), options.overwrite(), options.journal());
        if (options.journalStays()) {
            image.keepJournal();
        }
        try {
            return toImage(options, plan, size, image, kept);
        } catch (Throwable e) {
            Closing.after(e, image);
            throw e;
        }
    }

    /** What the journal that an earlier restore to this target has left is about. */
    static Optional<JournalHeader> leftHeader(RestoreOptions options) throws IOException {
        return left(options).map(JournalContent::header);
    }

    /** What the journal says that an earlier restore to this target has left. */
    static Optional<JournalContent> left(RestoreOptions options) throws IOException {
        Path file = journalFile(options);
        return file == null || !options.resume() ? Optional.empty() : RestoreJournal.read(file);
    }

    /** Null where there is none. */
    static Path journalFile(RestoreOptions options) {
        if (options.journal() != null || options.image() == null) {
            return options.journal();
        }
        Path image = options.image().toAbsolutePath();
        return image.resolveSibling(image.getFileName() + PartialImage.JOURNAL);
    }

    /** The block size and the extents of what was written are needed where it is read again only. */
    private static NbdClientOptions reading(RestoreOptions options) {
        return options.verify() ? options.client().withMetaContexts(List.of(BaseAllocation.NAME)) : options.client();
    }

    private static OpenTarget inPlace(RestoreOptions options, JournalHeader header, RestoreTarget target, JournalContent kept)
            throws IOException {
        Path file = options.journal();
        if (file == null) {
            return new OpenTarget(target, null, kept == null ? new JournalContent(header) : kept.with(header), null);
        }
        try {
            if (kept != null) {
                JournalContent content = kept.with(header);
                return new OpenTarget(target, RestoreJournal.create(file, content), content, null);
            }
            Optional<JournalContent> earlier = RestoreJournal.read(file);
            requireJournal(file, header.target(), earlier);
            if (earlier.isPresent() && options.resume() && !header.continues(earlier.get().header())) {
                throw foreign(file, header.target(), earlier.get());
            }
            JournalContent content = options.resume() && earlier.isPresent() ? earlier.get().with(header)
                    : new JournalContent(header);
            return new OpenTarget(target, RestoreJournal.create(file, content), content, null);
        } catch (Throwable e) {
            Closing.after(e, target);
            throw e;
        }
    }

    private static void requireJournal(Path file, String target, Optional<JournalContent> found) throws RestoreException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && found.isEmpty()) {
            throw new RestoreException("journal " + file + " of " + target + ": expected the journal of a restore,"
                    + " found a file that is none or is damaged; delete it to restore from the start");
        }
    }

    private static RestoreException foreign(Path file, String target, JournalContent found) {
        JournalHeader header = found.header();
        return new RestoreException("journal " + file + ": expected that of a restore of the same streams to " + target
                + ", found that of others to " + (header.file() == 0 ? header.target() : "another image")
                + "; delete it to restore from the start");
    }

    private static OpenTarget toImage(RestoreOptions options, String plan, long size, PartialImage image, JournalContent kept)
            throws IOException {
        JournalHeader header = new JournalHeader(plan, imageTarget(options), size, image.leftover());
        Optional<JournalContent> earlier = kept == null ? RestoreJournal.read(image.journalFile()) : Optional.of(kept);
        if (options.journal() != null && kept == null) {
            requireJournal(options.journal(), image.toString(), earlier);
            if (earlier.isPresent() && !image.isFile(earlier.get().header().file())) {
                throw foreign(options.journal(), image.toString(), earlier.get());
            }
        }
        if (earlier.isPresent() && header.isSameRestore(earlier.get().header()) && image.isPublished(earlier.get())) {
            image.close();
            return new OpenTarget(null, null, earlier.get(), null);
        }
        JournalContent content = null;
        if (earlier.isPresent() && (options.resume() || kept != null) && header.file() != 0
                && header.continues(earlier.get().header())) {
            image.resume();
            content = recover(options, image, earlier.get(), header);
        }
        if (content == null && kept != null) {
            throw new RestoreException(image + ": expected what was written before its disk grew to " + size
                    + " bytes, found another file or none");
        }
        if (content == null) {
            AbandonedImage.release(earlier.flatMap(JournalContent::server).map(Path::of).orElse(null));
            image.begin();
            if (options.format() == ImageFormat.QCOW2) {
                Qcow2ImageTarget.create(image, size, options.qcow2Options());
            } else {
                Files.createFile(image.path());
            }
            content = new JournalContent(new JournalHeader(plan, header.target(), size, image.leftover()));
        }
        RestoreJournal journal = options.resume() ? image.journal(content) : null;
        RestoreTarget target = switch (options.format()) {
            case RAW -> new RawImageTarget(image, size);
            case QCOW2 -> new Qcow2ImageTarget(image, reading(options), size, journal);
        };
        return new OpenTarget(target, journal, content, image);
    }

    private static String imageTarget(RestoreOptions options) {
        return options.format() + (options.qcow2Options().isEmpty() ? "" : " with " + options.qcow2Options());
    }

    /** Null where the file is damaged, so that a new one is made. */
    private static JournalContent recover(RestoreOptions options, PartialImage image, JournalContent earlier,
            JournalHeader header) throws IOException {
        if (options.format() == ImageFormat.QCOW2) {
            if (!AbandonedImage.recover(image.path(), earlier.server().map(Path::of).orElse(null))) {
                return null;
            }
            if (earlier.header().size() < header.size()) {
                Qcow2ImageTarget.grow(image, header.size());
            }
        } else if (Files.size(image.path()) < earlier.header().size()) {
            return null;
        }
        return earlier.with(header);
    }

    /** Whether an earlier restore has done everything; there is nothing to write then. */
    boolean isPublished() {
        return target == null;
    }

    RestoreTarget target() {
        return target;
    }

    /** Null where there is none. */
    RestoreJournal journal() {
        return journal;
    }

    JournalContent content() {
        return content;
    }

    /** Completes the target. */
    void complete() throws IOException {
        target.complete();
    }

    /** What was written stays when this is closed, for a later restore to go on with. */
    void keep() {
        kept = true;
        if (image != null) {
            image.keep();
        }
    }

    @Override
    public void close() throws IOException {
        try (FileClaim last = journalClaim) {
            Closing.all(Arrays.asList(target, journal, image));
            if (image == null && journal != null && !kept) {
                RestoreJournal.delete(journal.file());
            }
        }
    }
}
