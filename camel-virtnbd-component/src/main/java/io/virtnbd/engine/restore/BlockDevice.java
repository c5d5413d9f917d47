/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import io.virtnbd.nbd.server.RawFileExport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A block device, which is written in place: it has no moment at which it becomes whole. It is held with {@code O_EXCL}, which
 * the kernel grants to one holder only, a mounted file system among them.
 */
final class BlockDevice implements TargetFile {

    private static final int O_RDWR = 2;
    private static final int O_EXCL = 0x80;
    private static final int O_CLOEXEC = 0x80000;
    private static final int EBUSY = 16;
    /** Discards, where the device then reads as zeroes. */
    private static final int PUNCH_HOLE = 3;
    /** Writes zeroes in the kernel where the device cannot do so itself. */
    private static final int ZERO_RANGE = 0x11;
    private static final int PIECE = 1 << 20;

    private final Path device;
    private final int descriptor;
    private boolean closed;

    private BlockDevice(Path device, int descriptor) {
        this.device = device;
        this.descriptor = descriptor;
    }

    /** The functions of the C library that open a device for one holder. The values are those of Linux. */
    private static final class LibC {

        static {
            Native.register(LibC.class, "c");
        }

        private LibC() {
        }

        static native int open(byte[] path, int flags);

        static native int close(int descriptor);

        static native int fallocate(int descriptor, int mode, long offset, long length);
    }

    /** @throws RestoreException if it is mounted, or open for somebody else alone, or the restore may not overwrite it */
    static BlockDevice claim(Path device, boolean overwrite) throws RestoreException {
        if (!overwrite) {
            throw new RestoreException("image " + device + " is a block device, whose content would be lost, and overwrite is"
                    + " off; set overwrite=true to replace it");
        }
        if (!Platform.isLinux()) {
            throw new RestoreException("image " + device + " is a block device, expected a file: they are written on Linux only");
        }
        int descriptor = LibC.open(Native.toByteArray(device.toString(), System.getProperty("sun.jnu.encoding")),
                O_RDWR | O_EXCL | O_CLOEXEC);
        if (descriptor < 0) {
            throw new RestoreException("cannot write to block device " + device + ": expected it not to be in use, found "
                    + (Native.getLastError() == EBUSY ? "that it is mounted or that another program has it"
                            : "error " + Native.getLastError()));
        }
        return new BlockDevice(device, descriptor);
    }

    @Override
    public Path path() {
        return device;
    }

    @Override
    public boolean isBlank() {
        return false;
    }

    @Override
    public void fit(FileChannel content, long size) throws IOException {
        if (content.size() < size) {
            throw new RestoreException(this + " has " + content.size() + " bytes, expected at least the " + size
                    + " of the disk");
        }
    }

    /** The kernel lets only the holder do this. What is no multiple of the device's blocks is written. */
    @Override
    public void zero(RawFileExport holes, long offset, long length) throws IOException {
        if (LibC.fallocate(descriptor, PUNCH_HOLE, offset, length) == 0
                || LibC.fallocate(descriptor, ZERO_RANGE, offset, length) == 0) {
            return;
        }
        ByteBuffer zeroes = ByteBuffer.allocateDirect((int) Math.min(PIECE, length));
        for (long done = 0; done < length; done += zeroes.limit()) {
            zeroes.clear().limit((int) Math.min(PIECE, length - done));
            holes.write(offset + done, zeroes);
        }
    }

    @Override
    public void publish(FileChannel content) throws RestoreException {
        try {
            content.force(true);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public RestoreException failure(IOException cause) {
        return cause instanceof RestoreException known ? known
                : new RestoreException("cannot write to " + this + ": " + cause.getMessage(), cause);
    }

    /** For messages. */
    @Override
    public String toString() {
        return "block device " + device;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LibC.close(descriptor);
        }
    }
}
