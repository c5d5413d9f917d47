/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.delivery.BackupRun;
import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Message;

/** Sends so many messages of one backup at once through a consumer's route, the last one when all others were delivered. */
final class ConcurrentDelivery extends SequentialDelivery {

    private static final long POLL_MILLIS = 100;

    private final ExecutorService executor;
    private final int most;
    private final Semaphore free;

    /** @param executor with so many threads; it throws away nothing that it has taken, unless it is shut down */
    ConcurrentDelivery(BackupConsumer consumer, BackupRun run, ExecutorService executor, int most) {
        super(consumer, run);
        this.executor = executor;
        this.most = most;
        this.free = new Semaphore(most);
    }

    @Override
    int deliver(Iterator<Message> messages) throws Exception {
        try {
            return super.deliver(messages);
        } catch (RejectedExecutionException e) {
            throw run.failed("the route was stopped", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw run.failed("its delivery was interrupted, as when the route stops", e);
        } finally {
            awaitThoseUnderWay();
        }
    }

    @Override
    void awaitTurn() throws Exception {
        take(1);
        free.release();
    }

    @Override
    void send(Message message, boolean last) throws Exception {
        if (last) {
            take(most);
            free.release(most);
            run.requireNoFailure();
            super.send(message, true);
            return;
        }
        take(1);
        boolean accepted = false;
        try {
            executor.execute(() -> deliver(message));
            accepted = true;
        } finally {
            if (!accepted) {
                free.release();
            }
        }
    }

    private void deliver(Message message) {
        try {
            super.send(message, false);
        } catch (Exception | Error e) {
            run.failed("a delivery failed", e);
        } finally {
            free.release();
        }
    }

    /** Also where this thread is interrupted, as it is when the route stops: what has begun may come to its end. */
    private void awaitThoseUnderWay() {
        boolean interrupted = false;
        for (boolean waiting = true; waiting;) {
            try {
                take(most);
                waiting = false;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (RejectedExecutionException e) {
                // none is under way any more
                waiting = false;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(int permits) throws InterruptedException {
        while (!free.tryAcquire(permits, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (executor.isTerminated() && !free.tryAcquire(permits)) {
                throw new RejectedExecutionException("those that were waiting for a thread were thrown away");
            } else if (executor.isTerminated()) {
                return;
            }
        }
    }
}
