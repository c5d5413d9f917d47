/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.Closing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * An image file that gets its final name only when it is whole. Until then it stands beside it, with {@code .partial} behind
 * its name, and belongs to this restore alone.
 */
final class PartialImage implements Closeable {

    private final Path image;
    private final Path partial;
    private final boolean overwrite;
    private final FileClaim claim;

    private PartialImage(Path image, Path partial, boolean overwrite, FileClaim claim) {
        this.image = image;
        this.partial = partial;
        this.overwrite = overwrite;
        this.claim = claim;
    }

    /**
     * Makes sure that an image can be made, and that nobody else is making it. What a killed restore has left is removed.
     *
     * @throws RestoreException if it cannot, or there is an image already that may not be replaced
     */
    static PartialImage claim(Path path, boolean overwrite) throws RestoreException {
        Path image = path.toAbsolutePath();
        requireReplaceable(image, overwrite);
        try {
            Path partial = directory(image).resolve(image.getFileName() + ".partial");
            FileClaim claim = FileClaim.of(partial);
            PartialImage claimed = new PartialImage(image, partial, overwrite, claim);
            try {
                claimed.removeLeftover();
                return claimed;
            } catch (Throwable e) {
                Closing.after(e, claim);
                throw e;
            }
        } catch (IOException e) {
            throw failure(image, e);
        }
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
    }

    /** The file to write to. It is not there yet. */
    Path path() {
        return partial;
    }

    /** The error of a failure to write to the image. */
    RestoreException failure(IOException cause) {
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

    /**
     * Makes the finished file durable and gives it its final name.
     *
     * @param content the file, which stays open
     */
    void publish(FileChannel content) throws RestoreException {
        try {
            content.force(true);
            if (overwrite || !link()) {
                requireReplaceable(image, overwrite);
                Files.move(partial, image, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw failure(e);
        }
        forceDirectory();
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

    /** Makes the name durable, where directories can be. */
    private void forceDirectory() {
        try (FileChannel directory = FileChannel.open(partial.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            // not all systems can open a directory, and not all file systems can sync one; the content is safe
        }
    }

    private static void requireReplaceable(Path image, boolean overwrite) throws RestoreException {
        if (!overwrite && Files.exists(image, LinkOption.NOFOLLOW_LINKS)) {
            throw alreadyThere(image);
        }
        if (image.getFileName() == null || Files.exists(image) && !Files.isRegularFile(image)) {
            throw new RestoreException("image " + image + " is "
                    + (Files.isDirectory(image) ? "a directory" : "no regular file") + ", which cannot be replaced");
        }
    }

    private static RestoreException alreadyThere(Path image) {
        return new RestoreException("image " + image + " is there already, and overwrite is off; set overwrite=true to replace it");
    }

    /** Removes what was written, if it was not published, and lets other restores have their turn. */
    @Override
    public void close() throws IOException {
        try (claim) {
            if (claim.isHeld()) {
                Files.deleteIfExists(partial);
            }
        }
    }
}
