/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.protocol.NbdErrno;
import io.virtnbd.nbd.protocol.NbdRequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A writable export in the memory of this process. Only pages of 64 KiB that were written take memory, so that its size can
 * be that of any disk. What was never written, was trimmed or zeroed is reported as a hole, page by page. Thread-safe.
 */
public final class MemoryExport implements Export {

    static final int PAGE = 64 * 1024;

    private final long size;
    private final long maximumPages;
    /** Pages by number. What is not in it reads as zeroes. */
    private final TreeMap<Long, byte[]> pages = new TreeMap<>();
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /**
     * An export of zeroes that may come to use half of the heap.
     *
     * @param size bytes, 0 or more
     */
    public MemoryExport(long size) {
        this(size, Runtime.getRuntime().maxMemory() / 2);
    }

    /**
     * An export of zeroes.
     *
     * @param size          bytes, 0 or more
     * @param maximumMemory bytes that its pages may take together; writing more fails with {@code ENOSPC}
     */
    public MemoryExport(long size, long maximumMemory) {
        if (size < 0) {
            throw new IllegalArgumentException("size of an export is " + size);
        }
        this.size = size;
        this.maximumPages = maximumMemory / PAGE;
    }

    /** An export with a copy of these bytes as its content. */
    public static MemoryExport of(byte[] content) throws IOException {
        MemoryExport export = new MemoryExport(content.length, content.length + (long) PAGE);
        export.write(0, ByteBuffer.wrap(content));
        return export;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public boolean canMultiConn() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, target.remaining(), size);
        lock.readLock().lock();
        try {
            for (long at = offset; target.hasRemaining();) {
                int within = (int) (at % PAGE);
                int count = Math.min(target.remaining(), PAGE - within);
                byte[] page = pages.get(at / PAGE);
                if (page == null) {
                    target.put(ZeroWriter.zeroes(count));
                } else {
                    target.put(page, within, count);
                }
                at += count;
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void extents(long offset, long length, ExtentConsumer consumer) {
        Objects.checkFromIndexSize(offset, length, size);
        long end = offset + length;
        lock.readLock().lock();
        try {
            long at = offset;
            for (long number : pages.subMap(offset / PAGE, true, (end - 1) / PAGE, true).keySet()) {
                long start = Math.max(offset, number * PAGE);
                long stop = end - number * PAGE > PAGE ? (number + 1) * PAGE : end;
                if (at < start && !consumer.accept(new Extent(at, start - at, ExtentType.ZERO))
                        || !consumer.accept(new Extent(start, stop - start, ExtentType.DATA))) {
                    return;
                }
                at = stop;
            }
            if (at < end) {
                consumer.accept(new Extent(at, end - at, ExtentType.ZERO));
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        Objects.checkFromIndexSize(offset, source.remaining(), size);
        lock.writeLock().lock();
        try {
            for (long at = offset; source.hasRemaining();) {
                int within = (int) (at % PAGE);
                int count = Math.min(source.remaining(), PAGE - within);
                source.get(allocatedPage(at / PAGE), within, count);
                at += count;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void writeZeroes(long offset, long length, boolean keepAllocated) throws IOException {
        Objects.checkFromIndexSize(offset, length, size);
        if (keepAllocated) {
            ZeroWriter.write(this, offset, length);
        } else {
            trim(offset, length);
        }
    }

    @Override
    public void trim(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, size);
        if (length == 0) {
            return;
        }
        long end = offset + length;
        lock.writeLock().lock();
        try {
            clear(offset / PAGE, offset, end);
            clear((end - 1) / PAGE, offset, end);
            // the last page of the export may be cut short, and is whole all the same
            long firstWhole = offset / PAGE + (offset % PAGE == 0 ? 0 : 1);
            long afterWhole = end == size ? (end - 1) / PAGE + 1 : end / PAGE;
            if (firstWhole < afterWhole) {
                pages.subMap(firstWhole, afterWhole).clear();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void clear(long number, long from, long to) {
        byte[] page = pages.get(number);
        if (page != null) {
            long start = number * PAGE;
            Arrays.fill(page, (int) Math.max(0, from - start), (int) Math.min(PAGE, to - start), (byte) 0);
        }
    }

    private byte[] allocatedPage(long number) throws IOException {
        byte[] page = pages.get(number);
        if (page == null) {
            if (pages.size() >= maximumPages) {
                throw new NbdRequestException("WRITE to page " + number, NbdErrno.ENOSPC.code(),
                        "the export may take " + maximumPages * PAGE + " bytes of memory");
            }
            page = new byte[PAGE];
            pages.put(number, page);
        }
        return page;
    }
}
