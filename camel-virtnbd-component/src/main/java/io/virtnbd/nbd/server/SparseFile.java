/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A file of Linux by a descriptor of its own, for what the JDK cannot do: find holes and make them. Thread-safe; the lock keeps
 * a descriptor from being used after it was closed, when its number may be another file's.
 */
final class SparseFile implements Closeable {

    private final Path path;
    private final int descriptor;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private SparseFile(Path path, int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
    }

    static boolean isSupported() {
        return Platform.isLinux() && Platform.is64Bit() && !Platform.isMIPS();
    }

    /**
     * Opens a file that is already open elsewhere in this process.
     *
     * @param fileKey what {@link BasicFileAttributes#fileKey()} was when the file was opened first
     * @throws IOException if the file cannot be opened, or the path now names another file
     */
    static SparseFile open(Path path, Object fileKey, boolean writable) throws IOException {
        byte[] name = Native.toByteArray(path.toString(), System.getProperty("sun.jnu.encoding"));
        int descriptor = LibC.open(name, LibC.O_CLOEXEC | (writable ? LibC.O_RDWR : LibC.O_RDONLY));
        if (descriptor < 0) {
            throw failure("open", path);
        }
        try {
            Object opened = Files.readAttributes(Path.of("/proc/self/fd/" + descriptor), BasicFileAttributes.class).fileKey();
            if (!opened.equals(fileKey)) {
                throw new IOException(path + " was replaced: expected file " + fileKey + ", found " + opened);
            }
            return new SparseFile(path, descriptor);
        } catch (IOException e) {
            LibC.close(descriptor);
            throw e;
        }
    }

    /** The first offset from {@code offset} on that is not in a hole, or -1 when there is only a hole up to the file's end. */
    long nextData(long offset) throws IOException {
        return seek(offset, LibC.SEEK_DATA);
    }

    /** The first offset from {@code offset} on that is in a hole or the file's end, or -1 when the file ends before it. */
    long nextHole(long offset) throws IOException {
        return seek(offset, LibC.SEEK_HOLE);
    }

    /** Makes a range a hole; returns {@code false} when the file system cannot. */
    boolean punchHole(long offset, long length) throws IOException {
        return allocate(LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE, offset, length);
    }

    /** Zeroes a range and keeps it allocated; returns {@code false} when the file system cannot. */
    boolean zeroRange(long offset, long length) throws IOException {
        return allocate(LibC.FALLOC_FL_ZERO_RANGE | LibC.FALLOC_FL_KEEP_SIZE, offset, length);
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                LibC.close(descriptor);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private long seek(long offset, int whence) throws IOException {
        lock.readLock().lock();
        try {
            checkOpen();
            long found = LibC.lseek(descriptor, offset, whence);
            if (found < 0 && Native.getLastError() != LibC.ENXIO) {
                throw failure("lseek", path);
            }
            return found;
        } finally {
            lock.readLock().unlock();
        }
    }

    private boolean allocate(int mode, long offset, long length) throws IOException {
        lock.readLock().lock();
        try {
            checkOpen();
            if (LibC.fallocate(descriptor, mode, offset, length) == 0) {
                return true;
            }
            int errno = Native.getLastError();
            if (errno == LibC.EOPNOTSUPP || errno == LibC.ENOSYS || errno == LibC.EINVAL) {
                return false;
            }
            throw failure("fallocate", path);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException(path + " is closed");
        }
    }

    private static IOException failure(String function, Path path) {
        return new IOException(function + " of " + path + " failed with error number " + Native.getLastError());
    }
}
