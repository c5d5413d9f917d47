/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to write a file, which one user in all processes has at a time. It is a lock on a file beside it, which leaves
 * the file itself to the locks of other programs, and which ends with the process whatever happens. The lock file is removed
 * with the claim.
 */
public final class FileClaim implements Closeable {

    private static final String SUFFIX = ".lock";
    /**
     * Asked before a lock file is opened: to close any channel of a file gives up all locks that the process has on it, also
     * those of another user of this class.
     */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Path lockFile;
    private final FileChannel lock;

    private FileClaim(Path file, Path lockFile, FileChannel lock) {
        this.file = file;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Claims a file, which need not be there.
     *
     * @param file absolute, its directory without symbolic links
     * @throws FileClaimedException if somebody else has it
     * @throws java.nio.file.NoSuchFileException if its directory is not there
     */
    public static FileClaim of(Path file) throws IOException {
        Path lockFile = file.resolveSibling(file.getFileName() + SUFFIX);
        if (!OWN.add(file)) {
            throw taken(file);
        }
        FileChannel lock = null;
        try {
            while (lock == null) {
                lock = tryLock(file, lockFile);
            }
            return new FileClaim(file, lockFile, lock);
        } finally {
            if (lock == null) {
                OWN.remove(file);
            }
        }
    }

    /** The locked channel, or null if the lock file was removed in the meantime, as its owner does at the end. */
    private static FileChannel tryLock(Path file, Path lockFile) throws IOException {
        FileChannel channel = null;
        boolean locked = false;
        boolean created = false;
        try {
            create(lockFile);
            created = true;
            Object key = key(lockFile);
            channel = FileChannel.open(lockFile, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            if (channel.tryLock() == null) {
                throw taken(file);
            }
            locked = Objects.equals(key, key(lockFile)); // else the lock is on a file that is under that name no longer
            return locked ? channel : null;
        } catch (NoSuchFileException e) {
            if (!created) {
                throw e;
            }
            return null;
        } catch (OverlappingFileLockException e) {
            throw taken(file);
        } finally {
            if (channel != null && !locked) {
                channel.close();
            }
        }
    }

    private static void create(Path lockFile) throws IOException {
        try {
            Files.createFile(lockFile);
        } catch (FileAlreadyExistsException e) {
            // somebody's, or of one who was killed: the lock tells
        }
    }

    private static Object key(Path lockFile) throws IOException {
        return Files.readAttributes(lockFile, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    private static FileClaimedException taken(Path file) {
        return new FileClaimedException(file + " is claimed by another run");
    }

    /** Whether it was not given up. */
    public boolean isHeld() {
        return lock.isOpen();
    }

    /** Gives the claim up, once. The lock file goes while it is locked, so that it is nobody else's. */
    @Override
    public void close() throws IOException {
        if (isHeld()) {
            try (lock) {
                Files.deleteIfExists(lockFile);
            } finally {
                OWN.remove(file);
            }
        }
    }
}
