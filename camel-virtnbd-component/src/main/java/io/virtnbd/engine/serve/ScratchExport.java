/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.serve;

import io.virtnbd.engine.serve.ClusterMap.State;
import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.protocol.NbdErrno;
import io.virtnbd.nbd.protocol.NbdRequestException;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.ExtentConsumer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** An export that can be written while what it is based on stays as it is: what is written goes to a scratch file. */
final class ScratchExport implements Export, Closeable {

    private static final int CLUSTER = ScratchFile.CLUSTER;

    private final Export base;
    private final ScratchFile scratch;
    private final ClusterMap map;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    private ScratchExport(Export base, ScratchFile scratch) {
        this.base = base;
        this.scratch = scratch;
        this.map = scratch.map();
    }

    /**
     * @param base     stays the caller's to close
     * @param identity of the base, {@value ChainIdentity#LENGTH} bytes
     * @param keep     whether the file stays, and one that is there is used again
     * @throws ScratchException if the file cannot be used
     */
    static ScratchExport open(Export base, byte[] identity, Path file, boolean keep) throws IOException {
        return new ScratchExport(base, ScratchFile.open(file, base.size(), identity, keep));
    }

    @Override
    public long size() {
        return base.size();
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
    public String description() {
        return base.description();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        Objects.checkFromIndexSize(offset, target.remaining(), size());
        lock.readLock().lock();
        try {
            for (long at = offset; target.hasRemaining();) {
                State state = map.get(at / CLUSTER);
                int count = (int) (runEnd(state, at, at + target.remaining()) - at);
                read(state, at, target.slice(target.position(), count));
                target.position(target.position() + count);
                at += count;
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    private void read(State state, long offset, ByteBuffer target) throws IOException {
        switch (state) {
            case BASE -> base.read(offset, target);
            case DATA -> scratch.read(offset, target);
            case ZERO -> target.put(new byte[target.remaining()]);
        }
    }

    /** Where in the range the clusters of that state end, of which the first is one. */
    private long runEnd(State state, long offset, long end) {
        long at = offset;
        do {
            at = (at / CLUSTER + 1) * CLUSTER;
        } while (at < end && map.get(at / CLUSTER) == state);
        return Math.min(at, end);
    }

    @Override
    public long lookahead() {
        return base.lookahead();
    }

    @Override
    public void expect(long offset, long length) throws IOException {
        base.expect(offset, length);
    }

    @Override
    public void extents(long offset, long length, ExtentConsumer consumer) throws IOException {
        Objects.checkFromIndexSize(offset, length, size());
        lock.readLock().lock();
        try {
            MergedExtents merged = new MergedExtents(consumer);
            long end = offset + length;
            for (long at = offset; at < end && merged.isWanted();) {
                State state = map.get(at / CLUSTER);
                long stop = runEnd(state, at, end);
                if (state == State.BASE) {
                    base.extents(at, stop - at, merged);
                } else {
                    merged.accept(new Extent(at, stop - at, state == State.DATA ? ExtentType.DATA : ExtentType.ZERO));
                }
                at = stop;
            }
            merged.end();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        Objects.checkFromIndexSize(offset, source.remaining(), size());
        lock.writeLock().lock();
        try {
            for (long at = offset; source.hasRemaining();) {
                long clusterEnd = Math.min((at / CLUSTER + 1) * CLUSTER, size());
                int count = (int) Math.min(source.remaining(), clusterEnd - at);
                writeCluster(at, source.slice(source.position(), count));
                source.position(source.position() + count);
                at += count;
            }
        } catch (IOException e) {
            throw explained(e, "WRITE at " + offset);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** A cluster of which only a part is written gets the rest from where it was. */
    private void writeCluster(long offset, ByteBuffer source) throws IOException {
        long cluster = offset / CLUSTER;
        State state = map.get(cluster);
        long start = cluster * CLUSTER;
        int length = (int) Math.min(CLUSTER, size() - start);
        if (state == State.DATA || source.remaining() == length) {
            scratch.write(offset, source);
        } else {
            ByteBuffer whole = ByteBuffer.allocate(length);
            read(state, start, whole);
            whole.put((int) (offset - start), source, source.position(), source.remaining());
            scratch.write(start, whole.rewind());
        }
        map.set(cluster, State.DATA);
    }

    @Override
    public void writeZeroes(long offset, long length, boolean keepAllocated) throws IOException {
        Objects.checkFromIndexSize(offset, length, size());
        if (keepAllocated) {
            Export.super.writeZeroes(offset, length, true);
        } else {
            zero(offset, length, true);
        }
    }

    @Override
    public void trim(long offset, long length) throws IOException {
        Objects.checkFromIndexSize(offset, length, size());
        zero(offset, length, false);
    }

    /** @param exactly whether the parts of clusters at both ends are zeroed too */
    private void zero(long offset, long length, boolean exactly) throws IOException {
        long end = offset + length;
        lock.writeLock().lock();
        try {
            for (long at = offset; at < end;) {
                long start = at / CLUSTER * CLUSTER;
                long stop = Math.min(end, start + CLUSTER);
                if (at == start && (stop == start + CLUSTER || stop == size())) {
                    map.set(at / CLUSTER, State.ZERO);
                } else if (exactly && map.get(at / CLUSTER) != State.ZERO) {
                    writeCluster(at, ByteBuffer.allocate((int) (stop - at)));
                }
                at = stop;
            }
        } catch (IOException e) {
            throw explained(e, "WRITE_ZEROES at " + offset);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The JDK tells a full disk from a broken one by its words only. */
    private static IOException explained(IOException e, String request) {
        return String.valueOf(e.getMessage()).contains("No space left")
                ? new NbdRequestException(request, NbdErrno.ENOSPC.code(), "the scratch file: " + e.getMessage()) : e;
    }

    @Override
    public void flush() throws IOException {
        lock.writeLock().lock();
        try {
            scratch.flush();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Makes durable what is kept, and closes the file. Close the servers of the export first. */
    @Override
    public void close() throws IOException {
        lock.writeLock().lock();
        try {
            scratch.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
