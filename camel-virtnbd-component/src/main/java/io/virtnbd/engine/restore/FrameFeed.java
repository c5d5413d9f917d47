/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The frames of one stream, which come one after the other, for a session that takes whole streams: they are read by a thread of
 * its own, and each frame waits until it was read. Safe for use by several threads, but frames must come in order.
 */
public final class FrameFeed implements Closeable {

    private final Object lock = new Object();
    private final FutureTask<SessionProgress> restore;
    private byte[] frame = new byte[0];
    private int position;
    private boolean ended;
    private boolean broken;

    /**
     * Begins a stream.
     *
     * @param name  names the stream in messages
     * @param until as for {@link RestoreSession#accept}
     */
    public FrameFeed(RestoreSession session, String name, String until) {
        this.restore = new FutureTask<>(() -> session.acceptFrames(StreamInput.of(name, new Frames()), until));
        Thread thread = new Thread(() -> {
            restore.run();
            synchronized (lock) {
                lock.notifyAll();
            }
        }, "virtnbd-frames");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Takes a frame, with its header and its payload, and waits until it was read.
     *
     * @throws IOException what the restore has failed with
     */
    public void put(byte[] bytes) throws IOException {
        synchronized (lock) {
            frame = bytes;
            position = 0;
            lock.notifyAll();
            awaitRead();
        }
        if (restore.isDone()) {
            result();
        }
    }

    /**
     * Takes the last frame, and waits until the stream was applied.
     *
     * @throws IOException what the restore has failed with
     */
    public SessionProgress end(byte[] bytes) throws IOException {
        synchronized (lock) {
            frame = bytes;
            position = 0;
            ended = true;
            lock.notifyAll();
        }
        return result();
    }

    private void awaitRead() throws IOException {
        try {
            while (position < frame.length && !restore.isDone()) {
                lock.wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a frame was restored");
        }
    }

    private SessionProgress result() throws IOException {
        try {
            return restore.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a frame was restored");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    /** Gives the stream up, and waits until nothing of it is written any more. */
    @Override
    public void close() {
        synchronized (lock) {
            broken = true;
            lock.notifyAll();
        }
        try {
            result();
        } catch (IOException e) {
            // that is what giving up leads to
        }
    }

    private final class Frames extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            synchronized (lock) {
                try {
                    while (position == frame.length && !ended && !broken) {
                        lock.wait();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while waiting for a frame");
                }
                if (broken) {
                    throw new IOException("the frames of the stream were given up");
                }
                if (position == frame.length) {
                    return -1;
                }
                int count = Math.min(length, frame.length - position);
                System.arraycopy(frame, position, target, offset, count);
                position += count;
                lock.notifyAll();
                return count;
            }
        }
    }
}
