/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes to the journal how far a restore has come, always after what it says is durable. That is done in a thread of its own,
 * so that the restore goes on meanwhile. Belongs to one thread.
 */
final class DurableProgress implements Closeable {

    private static final long NANOS = 10_000_000_000L;

    private final RestoreTarget target;
    private final RestoreJournal journal;
    private final long interval;
    private final List<StreamProgress> waiting = new ArrayList<>();
    private ExecutorService thread;
    private Future<Void> running;
    private volatile boolean saved;
    private long bytes;
    private long since = System.nanoTime();

    /**
     * @param journal  may be null, where nothing is kept
     * @param interval bytes of disk content after which it is time; it also is after ten seconds
     */
    DurableProgress(RestoreTarget target, RestoreJournal journal, long interval) {
        this.target = target;
        this.journal = journal;
        this.interval = interval;
    }

    /**
     * Counts what was written.
     *
     * @return whether it is time to {@link #save}
     */
    boolean wrote(long count) {
        bytes += count;
        return isDue();
    }

    boolean isDue() {
        return journal != null && (running == null || running.isDone())
                && (bytes >= interval || System.nanoTime() - since >= NANOS);
    }

    /** Remembers a stream that was applied wholly, for when it is time. Its writes have ended. */
    void whole(StreamProgress progress) throws IOException {
        if (journal != null) {
            waiting.add(progress);
            if (isDue()) {
                start();
            }
        }
    }

    /** Keeps what was read of a stream; it is durable with the progress that is saved next. */
    void read(int index, ReadContent content) throws IOException {
        journal.read(index, content);
    }

    /** Begins to make a stream's progress durable. Its writes have ended. */
    void save(StreamProgress progress) throws IOException {
        waiting.add(progress);
        start();
    }

    private void start() throws IOException {
        await();
        List<StreamProgress> streams = List.copyOf(waiting);
        waiting.clear();
        bytes = 0;
        since = System.nanoTime();
        if (thread == null) {
            thread = Executors.newSingleThreadExecutor(task -> {
                Thread made = new Thread(task, "virtnbd-journal");
                made.setDaemon(true);
                return made;
            });
        }
        running = thread.submit(() -> {
            target.sync();
            journal.progress(streams);
            saved = true;
            return null;
        });
    }

    /** Makes all that was remembered durable. */
    void finish() throws IOException {
        if (journal != null && !waiting.isEmpty()) {
            start();
        }
        await();
    }

    /** Whether the journal says more than when this began. */
    boolean hasSaved() {
        return saved;
    }

    private void await() throws IOException {
        if (running == null) {
            return;
        }
        try {
            running.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for writes to become durable");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure
                    : new RestoreException("cannot make the restored disk durable: " + e.getCause(), e.getCause());
        }
    }

    /**
     * The restore has failed: waits for what is under way, whatever becomes of it, and does not let itself be interrupted. What
     * is durable then is known.
     */
    void settle() {
        boolean interrupted = false;
        while (running != null && !running.isDone()) {
            try {
                running.get();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.shutdown();
            settle();
        }
    }
}
