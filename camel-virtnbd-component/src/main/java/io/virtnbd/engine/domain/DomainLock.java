/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The right to back up a domain, which one backup has at a time, in this process and among all processes that share the
 * directory. It is a lock on one byte of a file, at an offset that the domain's UUID gives, so that it ends with the process,
 * however that ends. Safe for use by several threads.
 */
final class DomainLock implements Closeable {

    private static final String FILE_NAME = "virtnbd.lock";

    /** Never closed: closing one channel of a file ends all locks that the process has on it (fcntl(2)). */
    private static final Map<Object, FileChannel> CHANNELS = new HashMap<>();

    private final FileLock lock;

    private DomainLock(FileLock lock) {
        this.lock = lock;
    }

    /**
     * Takes the lock if it is free.
     *
     * @return empty if another backup has it
     * @throws DomainBackupException if the directory is not there or cannot be written
     */
    static Optional<DomainLock> tryAcquire(Path directory, String uuid) throws IOException {
        UUID domain = UUID.fromString(uuid);
        long offset = (domain.getMostSignificantBits() ^ domain.getLeastSignificantBits()) & Long.MAX_VALUE >>> 1;
        try {
            return Optional.ofNullable(channel(directory.resolve(FILE_NAME)).tryLock(offset, 1, false)).map(DomainLock::new);
        } catch (FileSystemException e) {
            throw new DomainBackupException("directory " + directory + ": expected one for locks and sockets (scratchDirectory)"
                    + " in which this program can make files, found " + (Files.isDirectory(directory) ? e : "none"), e);
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        synchronized (CHANNELS) {
            if (!Files.exists(file)) {
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close(); // a new one has no locks
            }
            FileChannel channel = CHANNELS.get(key(file));
            if (channel == null) {
                channel = FileChannel.open(file, StandardOpenOption.WRITE);
                CHANNELS.put(key(file), channel);
            }
            touch(channel);
            return channel;
        }
    }

    /**
     * Programs that tidy temporary directories go by the time of a file. It is written to, because setting its time opens and
     * closes it, which would end all locks.
     */
    private static void touch(FileChannel channel) throws IOException {
        channel.write(ByteBuffer.wrap(new byte[1]), 0);
    }

    /** The file itself, by device and number: whether a path still leads to it can change. */
    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    @Override
    public void close() throws IOException {
        lock.release();
    }
}
