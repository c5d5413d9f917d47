/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.engine.WorkerThreads;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.protocol.NbdRequestException;
import io.virtnbd.sparsestream.Frame;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads the frames of a stream ahead of its consumer. Each slot is laid out and its reads are sent as soon as the slot is
 * free; the replies come in any order on the connection's thread, slow encoding runs on worker threads, and the consumer
 * takes the slots in stream order. The number of slots bounds the memory, and a consumer that stops taking them stops the
 * reading. After the first failure nothing is handed out any more. {@link #take} and {@link #release} belong to the
 * consumer's thread, {@link #close} to any.
 */
final class ReadPipeline implements Closeable {

    /** How long a reading that is given up waits for the replies under way, to save the connection. They are a few MiB. */
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Shared by all backups of the process: encoding never waits for anything. */
    private static final ExecutorService ENCODERS = WorkerThreads.pool("virtnbd-encoder");

    private final ExportConnections connections;
    private final SlotPool pool;
    private final FrameSource frames;
    private final String what;
    private final NbdClient client;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Slot> inOrder = new ArrayDeque<>();
    private Frame leftOver;
    private boolean exhausted;
    private Slot taken;
    private int unread;
    private Throwable failure;
    private boolean closed;

    /** @param what the disk and its export, for messages */
    ReadPipeline(ExportConnections connections, SlotPool pool, FrameSource frames, String what) throws IOException {
        this.connections = connections;
        this.pool = pool;
        this.frames = frames;
        this.what = what;
        this.client = connections.acquire();
        try {
            for (int slots = 0; slots < pool.slotsPerPipeline() && !exhausted; slots++) {
                fill(pool.acquire());
            }
        } catch (RuntimeException | Error e) {
            // there is no direct memory for a slot: nobody has what could be closed
            close();
            throw e;
        }
    }

    /**
     * Waits for the next slot. It is the caller's until {@link #release}.
     *
     * @return the slot, or null after the last one
     * @throws DiskBackupException if the export could not be read, or the pipeline is closed
     */
    Slot take() throws IOException {
        lock.lock();
        try {
            while (true) {
                requireUsable();
                Slot head = inOrder.peek();
                if (head == null) {
                    return null;
                }
                if (head.isReady()) {
                    taken = inOrder.poll();
                    return taken;
                }
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + what);
        } finally {
            lock.unlock();
        }
    }

    private void requireUsable() throws DiskBackupException {
        if (failure instanceof NbdRequestException) {
            throw new DiskBackupException("cannot read " + what + ": " + failure.getMessage(), failure);
        }
        if (failure != null) {
            throw new DiskBackupException("cannot go on reading " + what + ": " + failure, failure);
        }
        if (closed) {
            throw new DiskBackupException("cannot go on reading " + what + ": the stream was closed");
        }
    }

    /** Gives the taken slot back, and with it sends the next reads. */
    void release() {
        Slot slot;
        lock.lock();
        try {
            slot = taken;
            taken = null;
            if (closed) {
                return;
            }
        } finally {
            lock.unlock();
        }
        slot.clear();
        fill(slot);
    }

    /** Lays out the next frames and sends their reads. When there are none the slot goes back to the pool. */
    private void fill(Slot slot) {
        try {
            if (layOut(slot)) {
                // without the lock: sending may wait for the server, and the thread that takes its replies needs the lock
                for (Slot.Read read : slot.reads()) {
                    client.read(read.offset(), read.target()).whenComplete((nothing, error) -> completed(slot, error));
                }
                completed(slot, null);
            } else {
                pool.release(slot);
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private boolean layOut(Slot slot) {
        Frame frame = leftOver == null && !exhausted ? frames.next() : leftOver;
        leftOver = null;
        exhausted = frame == null;
        if (exhausted) {
            return false;
        }
        while (frame != null && slot.add(frame)) {
            frame = frames.next();
        }
        leftOver = frame;
        exhausted = frame == null;
        slot.expectReads();
        lock.lock();
        try {
            inOrder.add(slot);
            unread++;
        } finally {
            lock.unlock();
        }
        return true;
    }

    private void completed(Slot slot, Throwable error) {
        try {
            if (error != null) {
                fail(error);
            }
            if (slot.readCompleted()) {
                read(slot);
            }
        } catch (RuntimeException | Error e) {
            // on a future's thread nobody would see it
            fail(e);
        }
    }

    private void read(Slot slot) {
        lock.lock();
        try {
            unread--;
            changed.signalAll();
            if (closed || failure != null) {
                return;
            }
        } finally {
            lock.unlock();
        }
        if (slot.encodesSlowly()) {
            ENCODERS.execute(() -> encode(slot));
        } else {
            encode(slot);
        }
    }

    private void encode(Slot slot) {
        try {
            slot.encode();
        } catch (RuntimeException | Error e) {
            fail(e);
            return;
        }
        lock.lock();
        try {
            slot.markReady();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void fail(Throwable error) {
        lock.lock();
        try {
            if (failure == null) {
                failure = error;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the reading. Replies that are under way are awaited for a moment, so that the connection can serve the next
     * reading. Slots that somebody still works on are left to the garbage collector.
     */
    @Override
    public void close() {
        boolean reusable;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            changed.signalAll();
            inOrder.stream().filter(Slot::isReady).forEach(pool::release);
            inOrder.clear();
            reusable = drain();
        } finally {
            lock.unlock();
        }
        connections.release(client, reusable);
    }

    private boolean drain() {
        long left = DRAIN_NANOS;
        try {
            while (unread > 0 && failure == null && client.isOpen() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return unread == 0 && failure == null;
    }
}
