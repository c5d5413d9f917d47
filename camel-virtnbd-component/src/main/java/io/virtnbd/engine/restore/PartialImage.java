/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.Closing;
import io.virtnbd.engine.DirectorySync;
import io.virtnbd.engine.FileClaim;
import io.virtnbd.engine.FileClaimedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * An image file that gets its final name only when it is whole. Until then it stands beside it, with {@code .partial} behind
 * its name, and belongs to this restore alone.
 */
final class PartialImage implements TargetFile {

    static final String JOURNAL = ".partial.journal";

    private final Path image;
    private final Path partial;
    private final Path journalFile;
    private final boolean overwrite;
    private final FileClaim claim;
    private RestoreJournal journal;
    private boolean kept;
    private boolean journalStays;
    private boolean published;

    private PartialImage(Path image, Path partial, Path journalFile, boolean overwrite, FileClaim claim) {
        this.image = image;
        this.partial = partial;
        this.journalFile = journalFile;
        this.overwrite = overwrite;
        this.claim = claim;
    }

    /**
     * Makes sure that an image can be made, and that nobody else is making it. What a killed restore has left is removed.
     *
     * @throws RestoreException if it cannot, or there is an image already that may not be replaced
     */
    static PartialImage claim(Path path, boolean overwrite) throws RestoreException {
        PartialImage image = take(path, overwrite, null);
        try {
            image.begin();
            return image;
        } catch (Throwable e) {
            Closing.after(e, image.claim);
            throw e;
        }
    }

    /**
     * Makes sure that nobody else is making an image. What a killed restore has left stays as it is.
     *
     * @param journal the file that keeps how far the restore has come; null for {@code .partial.journal} behind the image's name
     * @throws RestoreException if somebody else is, or there is no directory for it
     */
    static PartialImage take(Path path, boolean overwrite, Path journal) throws RestoreException {
        Path image = path.toAbsolutePath();
        if (image.getFileName() == null) {
            throw notReplaceable(image);
        }
        Path partial = null;
        try {
            partial = directory(image).resolve(image.getFileName() + ".partial");
            Path kept = journal != null ? journal.toAbsolutePath() : partial.resolveSibling(image.getFileName() + JOURNAL);
            return new PartialImage(image, partial, kept, overwrite, FileClaim.of(partial));
        } catch (FileClaimedException e) {
            throw new RestoreException(partial + " is being written by another restore", e);
        } catch (IOException e) {
            throw failure(image, e);
        }
    }

    /** Makes room for a new image. */
    void begin() throws RestoreException {
        requireReplaceable(image, overwrite);
        try {
            removeLeftover();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Goes on with what is there already. */
    void resume() throws RestoreException {
        requireReplaceable(image, overwrite);
    }

    /** The number of the file that a restore has left and that it can go on with; 0 where there is none. */
    long leftover() throws IOException {
        return Files.isRegularFile(partial, LinkOption.NOFOLLOW_LINKS) && !UnixFile.hasLinks(partial) ? UnixFile.number(partial)
                : 0;
    }

    /** Whether the file of that number is this image, or what a restore to it has left. */
    boolean isFile(long number) throws IOException {
        return number != 0 && (number == leftover() || Files.exists(image) && number == UnixFile.number(image));
    }

    /**
     * Whether the image is the one that a restore has finished which then was killed before it could say so. What it has left
     * is removed then, but for the journal where that is to stay.
     */
    boolean isPublished(JournalContent content) throws IOException {
        if (!isPublished(image, content)) {
            return false;
        }
        DirectorySync.sync(partial.getParent());
        Files.deleteIfExists(partial);
        if (!journalStays) {
            RestoreJournal.delete(journalFile);
        }
        return true;
    }

    /** Whether an image is as the restore has left it that the journal is of. */
    static boolean isPublished(Path image, JournalContent content) throws IOException {
        return content.published().isPresent() && Files.isRegularFile(image, LinkOption.NOFOLLOW_LINKS)
                && UnixFile.number(image) == content.header().file() && content.header().file() != 0
                && modified(image).equals(content.published().get());
    }

    /** The journal stays when the image is complete. */
    void keepJournal() {
        journalStays = true;
    }

    private static String modified(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toString();
    }

    /** Starts to keep how far the restore has come. */
    RestoreJournal journal(JournalContent content) throws RestoreException {
        try {
            journal = RestoreJournal.create(journalFile, content);
            return journal;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    Path journalFile() {
        return journalFile;
    }

    /** What was written stays when this is closed, for a later restore to go on with. */
    void keep() {
        kept = true;
    }

    /** In the one spelling that all restores to it agree on. */
    private static Path directory(Path image) throws IOException {
        Path directory = image.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new RestoreException("there is no directory for an image " + image);
        }
        return directory.toRealPath();
    }

    private void removeLeftover() throws IOException {
        if (Files.isDirectory(partial, LinkOption.NOFOLLOW_LINKS)) {
            throw new RestoreException(partial + " is a directory, expected to be able to write a file there");
        }
        // not truncated: where links are made, it may be another name of an image that is complete
        Files.deleteIfExists(partial);
        RestoreJournal.delete(journalFile);
    }

    /** The file to write to. It is not there yet, unless the restore goes on with it. */
    @Override
    public Path path() {
        return partial;
    }

    @Override
    public boolean isBlank() {
        return true;
    }

    @Override
    public void fit(FileChannel content, long size) throws RestoreException {
        try {
            if (content.size() < size) {
                content.write(ByteBuffer.allocate(1), size - 1);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public RestoreException failure(IOException cause) {
        return failure(image, cause);
    }

    /** For messages. */
    @Override
    public String toString() {
        return "image " + image;
    }

    private static RestoreException failure(Path image, IOException cause) {
        return cause instanceof RestoreException known ? known
                : new RestoreException("cannot write to image " + image + ": " + describe(cause), cause);
    }

    /** Errors of channels that were closed have no message. */
    private static String describe(IOException cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public void publish(FileChannel content) throws RestoreException {
        try {
            content.force(true);
            if (journal != null) {
                journal.published(modified(partial));
            }
            if (overwrite || !link()) {
                requireReplaceable(image, overwrite);
                Files.move(partial, image, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw failure(e);
        }
        DirectorySync.sync(partial.getParent());
        published = true;
    }

    /**
     * Unlike a move, a link never replaces an image that appears at this moment. Returns false where the file system has none.
     */
    private boolean link() throws IOException {
        try {
            Files.createLink(image, partial);
        } catch (FileAlreadyExistsException e) {
            throw alreadyThere(image);
        } catch (UnsupportedOperationException | IOException e) {
            return false;
        }
        Files.delete(partial);
        return true;
    }

    private static void requireReplaceable(Path image, boolean overwrite) throws RestoreException {
        if (!overwrite && Files.exists(image, LinkOption.NOFOLLOW_LINKS)) {
            throw alreadyThere(image);
        }
        if (Files.exists(image) && !Files.isRegularFile(image)) {
            throw notReplaceable(image);
        }
    }

    private static RestoreException notReplaceable(Path image) {
        return new RestoreException("image " + image + " is " + (Files.isDirectory(image) ? "a directory" : "no regular file")
                + ", which cannot be replaced");
    }

    private static RestoreException alreadyThere(Path image) {
        return new RestoreException("image " + image + " is there already, and overwrite is off; set overwrite=true to replace it");
    }

    @Override
    public void close() throws IOException {
        try (claim; RestoreJournal open = journal) {
            if (claim.isHeld() && (published || !kept)) {
                Files.deleteIfExists(partial);
                if (journal != null && !(published && journalStays)) {
                    RestoreJournal.delete(journalFile);
                }
            }
        }
    }
}
