/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.NbdErrno;
import io.virtnbd.nbd.protocol.NbdRequestException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * A raw disk image in a file, which may be sparse. Its size is the file's when it was opened; writing never changes it. On
 * Linux holes are reported, and zeroing or trimming makes them where the file system can; elsewhere all of the file is data
 * and zeroes are written. A block device is all data. Reading a file that was cut short fails, it does not give zeroes. Thread-safe.
 */
public final class RawFileExport implements Export, Closeable {

    private final Path path;
    private final FileChannel channel;
    private final boolean writable;
    private final long size;
    private final FileExtents extents;

    private RawFileExport(Path path, boolean writable) throws IOException {
        this.path = path.toAbsolutePath();
        this.writable = writable;
        // read before the file is opened: if it is replaced in between, the two differ and no hole is believed
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (attributes.isDirectory()) {
            throw new IOException(path + " is a directory, expected a disk image");
        }
        this.channel = writable
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(path, StandardOpenOption.READ);
        this.size = sizeOrClose(channel);
        this.extents = new FileExtents(this.path, channel, attributes, writable, size);
    }

    /** Opens a file that clients can only read. */
    public static RawFileExport readOnly(Path path) throws IOException {
        return new RawFileExport(path, false);
    }

    /** Opens a file that clients can read and write. */
    public static RawFileExport writable(Path path) throws IOException {
        return new RawFileExport(path, true);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean readOnly() {
        return !writable;
    }

    @Override
    public boolean canMultiConn() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        Objects.checkFromIndexSize(offset, target.remaining(), size);
        for (long at = offset; target.hasRemaining();) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw new EOFException(path + " ends at " + channel.size() + ", expected " + size + " bytes");
            }
            at += count;
        }
    }

    @Override
    public long transferTo(long offset, long length, WritableByteChannel target) throws IOException {
        // only into sockets the JDK keeps to one system call, which sends all that it reports or nothing
        return target instanceof SocketChannel ? channel.transferTo(offset, length, target) : 0;
    }

    @Override
    public void extents(long offset, long length, ExtentConsumer consumer) throws IOException {
        Objects.checkFromIndexSize(offset, length, size);
        extents.report(offset, length, consumer);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        Objects.checkFromIndexSize(offset, source.remaining(), size);
        int length = source.remaining();
        try {
            for (long at = offset; source.hasRemaining();) {
                at += channel.write(source, at);
            }
        } catch (IOException e) {
            throw explained(e, "WRITE of " + length + " bytes at " + offset);
        }
    }

    @Override
    public void writeZeroes(long offset, long length, boolean keepAllocated) throws IOException {
        Objects.checkFromIndexSize(offset, length, size);
        if (!extents.zero(offset, length, keepAllocated)) {
            ZeroWriter.write(this, offset, length);
        }
    }

    @Override
    public void trim(long offset, long length) throws IOException {
        Objects.checkFromIndexSize(offset, length, size);
        // where holes cannot be made nothing is to be gained
        extents.zero(offset, length, false);
    }

    @Override
    public void flush() throws IOException {
        channel.force(false);
    }

    /** Closes the file. Close the servers of the export first: requests fail from now on. */
    @Override
    public void close() throws IOException {
        extents.close();
        channel.close();
    }

    private static long sizeOrClose(FileChannel channel) throws IOException {
        try {
            return channel.size();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The JDK tells a full disk from a broken one by its words only. */
    private static IOException explained(IOException e, String request) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("No space left") || message.contains("quota exceeded") || message.contains("File too large")) {
            return new NbdRequestException(request, NbdErrno.ENOSPC.code(), message);
        }
        return e;
    }
}
