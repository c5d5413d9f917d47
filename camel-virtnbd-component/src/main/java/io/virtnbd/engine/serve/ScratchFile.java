/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.serve;

import io.virtnbd.engine.DirectorySync;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file with the clusters of a disk that were written: a header with the identity of what the disk is based on, the map, and
 * each cluster at its place, so that the file is sparse. One that is not kept has no name from the start, so that it is gone
 * however the program ends. Not safe for use by several threads, except that reads may be made side by side.
 */
final class ScratchFile implements Closeable {

    static final int CLUSTER = 64 << 10;

    private static final byte[] MAGIC = "virtnbd scratch\n".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int HEADER = ClusterMap.BLOCK;
    /** Bytes of a disk, whose map takes 1 GiB. */
    private static final long LARGEST = 1L << 48;

    /**
     * Files that this process has open, by their keys: the lock of a file is lost when the process closes any other descriptor of
     * it, so that one in use must not be opened again.
     */
    private static final Set<Object> OPEN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;
    private final Object key;
    private final boolean kept;
    private final ClusterMap map;
    private final long dataStart;
    /** Of making something durable, after which the system does not tell what was lost. */
    private IOException failure;

    private ScratchFile(Path path, FileChannel channel, Object key, boolean kept, long size) {
        this.path = path;
        this.channel = channel;
        this.key = key;
        this.kept = kept;
        this.map = new ClusterMap((size + CLUSTER - 1) / CLUSTER);
        this.dataStart = ((long) HEADER + map.bytes() + CLUSTER - 1) / CLUSTER * CLUSTER;
    }

    /**
     * Creates the file or, where it is kept, opens one that is there.
     *
     * @param size     bytes of the disk
     * @param identity of what it is based on
     * @throws ScratchException if there is a file that is none of this disk, is in use, or is not to be used
     */
    static ScratchFile open(Path path, long size, byte[] identity, boolean keep) throws IOException {
        if (size > LARGEST) {
            throw new ScratchException(path + ": expected a disk of at most " + LARGEST + " bytes, found one of " + size);
        }
        boolean exists = Files.exists(path);
        if (exists && !keep) {
            throw new ScratchException(path + ": expected no file, found one; with keepScratch a scratch file is used again");
        }
        if (exists && OPEN.contains(key(path))) {
            throw new ScratchException(path + " is in use");
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE,
                exists ? StandardOpenOption.CREATE : StandardOpenOption.CREATE_NEW);
        Object key = key(path);
        if (!OPEN.add(key)) {
            channel.close();
            throw new ScratchException(path + " is in use");
        }
        try {
            ScratchFile file = new ScratchFile(path, channel, key, keep, size);
            file.lock();
            if (!keep) {
                Files.delete(path);
            }
            ByteBuffer header = header(size, identity);
            if (channel.size() == 0) {
                file.writeFully(header, 0);
                file.force(true);
                file.syncName();
            } else {
                file.load(header);
            }
            return file;
        } catch (Throwable e) {
            OPEN.remove(key);
            channel.close();
            throw e;
        }
    }

    /** What tells a file from others, by whatever path. */
    private static Object key(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path.toRealPath() : key;
    }

    private void lock() throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            throw new ScratchException(path + " is in use", e);
        }
        throw new ScratchException(path + " is in use by another program");
    }

    /** Without its name a file that was made durable would be lost all the same. */
    private void syncName() {
        if (kept) {
            DirectorySync.sync(path.toAbsolutePath().getParent());
        }
    }

    private void force(boolean metadata) throws IOException {
        if (failure != null) {
            throw new IOException(path + ": what was written before could not be made durable", failure);
        }
        try {
            channel.force(metadata);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private static ByteBuffer header(long size, byte[] identity) {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        return header.put(MAGIC).putInt(VERSION).putInt(CLUSTER).putLong(size).put(identity).rewind();
    }

    private void load(ByteBuffer expected) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(HEADER + map.bytes());
        for (long at = 0; found.hasRemaining();) {
            int count = channel.read(found, at);
            if (count < 0) {
                // of the map, what was never written
                break;
            }
            at += count;
        }
        int length = found.position();
        found.rewind();
        if (length < HEADER || !Arrays.equals(found.array(), 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new ScratchException(path + ": expected a scratch file, found something else");
        }
        if (!Arrays.equals(found.array(), 0, HEADER, expected.array(), 0, HEADER)) {
            throw new ScratchException(path + ": expected the scratch file of this chain, found that of another one");
        }
        if (!map.load(found.position(HEADER).slice())) {
            throw new ScratchException(path + ": expected a scratch file, found one whose map is damaged");
        }
    }

    ClusterMap map() {
        return map;
    }

    /** @param offset of the disk, in clusters that were written */
    void read(long offset, ByteBuffer target) throws IOException {
        for (long at = dataStart + offset; target.hasRemaining();) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw new EOFException(path + " has changed: it ends at " + channel.size());
            }
            at += count;
        }
    }

    /** @param offset of the disk */
    void write(long offset, ByteBuffer source) throws IOException {
        writeFully(source, dataStart + offset);
    }

    private void writeFully(ByteBuffer source, long offset) throws IOException {
        for (long at = offset; source.hasRemaining();) {
            at += channel.write(source, at);
        }
    }

    /** Makes durable first what was written, then the map, so that it never tells of what is not there. */
    void flush() throws IOException {
        if (!kept) {
            return;
        }
        force(false);
        int block = map.changedBlock(0);
        if (block < 0) {
            return;
        }
        for (; block >= 0; block = map.changedBlock(block + 1)) {
            writeFully(map.block(block), HEADER + (long) block * ClusterMap.BLOCK);
        }
        force(false);
        map.saved();
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            try {
                flush();
            } finally {
                OPEN.remove(key);
                channel.close();
            }
        }
    }
}
