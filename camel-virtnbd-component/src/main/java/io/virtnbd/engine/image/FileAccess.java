/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.sparsestream.StreamAccess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A stream in a file that must stay as it was at first. Safe for use by several threads. */
final class FileAccess implements StreamAccess, Closeable {

    private final Path path;
    private final boolean keepOpen;
    private final BasicFileAttributes expected;
    private FileChannel channel;
    private boolean closed;

    /** @param keepOpen whether the file is opened once, and not for each reading */
    FileAccess(Path path, boolean keepOpen) throws IOException {
        this.path = path;
        this.keepOpen = keepOpen;
        this.expected = Files.readAttributes(path, BasicFileAttributes.class);
        if (!expected.isRegularFile()) {
            throw new IOException(path + ": not a regular file");
        }
    }

    @Override
    public long size() {
        return expected.size();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        if (keepOpen) {
            boolean done;
            do {
                // a thread that is interrupted in a reading closes the channel for all
                done = tryRead(channel(), offset, target.slice());
            } while (!done);
            target.position(target.limit());
        } else {
            try (FileChannel opened = FileChannel.open(path)) {
                fill(opened, offset, target);
            }
        }
        // after the reading: what has changed before it is seen
        requireUnchanged();
    }

    /**
     * For many readings of a few bytes, one after the other: the file is opened once, and whether it has changed is looked at
     * when this is closed, which fails then.
     */
    Walk walk() throws IOException {
        return new Walk(FileChannel.open(path));
    }

    /** Belongs to one thread. */
    final class Walk implements StreamAccess, Closeable {

        private final FileChannel opened;

        private Walk(FileChannel opened) {
            this.opened = opened;
        }

        @Override
        public long size() {
            return FileAccess.this.size();
        }

        @Override
        public void read(long offset, ByteBuffer target) throws IOException {
            fill(opened, offset, target);
        }

        @Override
        public void close() throws IOException {
            opened.close();
            requireUnchanged();
        }
    }

    private boolean tryRead(FileChannel from, long offset, ByteBuffer target) throws IOException {
        try {
            fill(from, offset, target);
            return true;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (ClosedChannelException e) {
            return false;
        }
    }

    private void fill(FileChannel from, long offset, ByteBuffer target) throws IOException {
        for (long at = offset; target.hasRemaining();) {
            int count = from.read(target, at);
            if (count < 0) {
                throw new IOException(path + " has changed: expected " + expected.size() + " bytes, found " + from.size());
            }
            at += count;
        }
    }

    private synchronized FileChannel channel() throws IOException {
        if (closed) {
            throw new IOException(path + " is closed");
        }
        if (channel == null || !channel.isOpen()) {
            channel = FileChannel.open(path);
        }
        return channel;
    }

    private void requireUnchanged() throws IOException {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
        if (found.size() != expected.size() || !found.lastModifiedTime().equals(expected.lastModifiedTime())
                || found.fileKey() != null && !found.fileKey().equals(expected.fileKey())) {
            throw new IOException(path + " has changed: expected " + expected.size() + " bytes of "
                    + expected.lastModifiedTime() + ", found " + found.size() + " bytes of " + found.lastModifiedTime());
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        if (channel != null) {
            channel.close();
        }
    }
}
