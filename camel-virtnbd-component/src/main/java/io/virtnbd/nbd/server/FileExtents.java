/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a file has holes, and how to make some. The native library is loaded when it is asked for the first time; without it
 * the whole file is data. Thread-safe.
 */
final class FileExtents implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(FileExtents.class);

    private final Path path;
    private final FileChannel channel;
    private final Object fileKey;
    /** A block device cannot tell where it has holes. */
    private final boolean searchable;
    private final boolean writable;
    private final long size;

    private boolean opened;
    private SparseFile file;
    /**
     * Where data was found last. It spares two system calls for most reads of a sequence. Only data may be remembered: taking a
     * hole for data is slow, taking data for a hole is wrong.
     */
    private volatile Extent lastData;

    FileExtents(Path path, FileChannel channel, BasicFileAttributes attributes, boolean writable, long size) {
        this.path = path;
        this.channel = channel;
        this.fileKey = attributes.fileKey();
        this.searchable = attributes.isRegularFile();
        this.writable = writable;
        this.size = size;
    }

    void report(long offset, long length, ExtentConsumer consumer) throws IOException {
        SparseFile sparse = searchable ? sparseFile() : null;
        long end = offset + length;
        boolean wanted = true;
        for (long at = offset; wanted && at < end;) {
            Extent known = sparse == null ? new Extent(at, end - at, ExtentType.DATA) : extentAt(sparse, at, end);
            Extent next = new Extent(at, Math.min(known.end(), end) - at, known.type());
            wanted = consumer.accept(next);
            at = next.end();
        }
    }

    /** Punches a hole, or with {@code keepAllocated} zeroes in place; {@code false} when this system cannot. */
    boolean zero(long offset, long length, boolean keepAllocated) throws IOException {
        SparseFile sparse = sparseFile();
        if (sparse == null) {
            return false;
        }
        boolean done = keepAllocated ? sparse.zeroRange(offset, length) : sparse.punchHole(offset, length);
        lastData = null;
        return done;
    }

    @Override
    public synchronized void close() {
        opened = true;
        if (file != null) {
            file.close();
        }
    }

    private Extent extentAt(SparseFile sparse, long at, long end) throws IOException {
        Extent last = lastData;
        if (last != null && at >= last.offset() && at < last.end()) {
            return last;
        }
        long data = sparse.nextData(at);
        if (data > at) {
            return new Extent(at, data - at, ExtentType.ZERO);
        }
        if (data < 0) {
            // of a file that was cut short nothing is a hole: reading must fail, not give zeroes
            return new Extent(at, end - at, channel.size() < size ? ExtentType.DATA : ExtentType.ZERO);
        }
        long hole = sparse.nextHole(at);
        Extent found = new Extent(at, hole > at ? hole - at : end - at, ExtentType.DATA);
        if (hole > at) {
            lastData = found;
        }
        return found;
    }

    private synchronized SparseFile sparseFile() {
        if (!opened) {
            opened = true;
            try {
                file = SparseFile.isSupported() ? SparseFile.open(path, fileKey, writable) : null;
            } catch (IOException | LinkageError e) {
                LOG.warn("The holes of {} cannot be found, all of it is served as data: {}", path, e.toString());
            }
        }
        return file;
    }
}
