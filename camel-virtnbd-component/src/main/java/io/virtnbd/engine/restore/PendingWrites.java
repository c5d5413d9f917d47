/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.util.concurrent.CompletableFuture;

/** Counts the requests that are under way and keeps the first failure. Safe for use by several threads. */
final class PendingWrites {

    private final String target;
    private long open;
    private Throwable failure;

    /** @param target what is written to, for messages */
    PendingWrites(String target) {
        this.target = target;
    }

    /**
     * Follows a request to its end.
     *
     * @param afterwards run when the request has ended, well or not
     */
    void add(CompletableFuture<Void> request, Runnable afterwards) {
        synchronized (this) {
            open++;
        }
        request.whenComplete((nothing, error) -> {
            afterwards.run();
            ended(error);
        });
    }

    private synchronized void ended(Throwable error) {
        open--;
        if (error != null && failure == null) {
            failure = error;
        }
        notifyAll();
    }

    /** @throws RestoreException if a request has failed */
    synchronized void check() throws RestoreException {
        if (failure != null) {
            throw failure(failure);
        }
    }

    /** The error of a request that failed, or could not be made. */
    RestoreException failure(Throwable cause) {
        return new RestoreException("cannot write to " + target + ": "
                + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage()), cause);
    }

    /**
     * Waits until no more requests than that are under way.
     *
     * @throws RestoreException if one has failed, or the thread is interrupted, which then stays marked so
     */
    synchronized void await(int atMost) throws RestoreException {
        while (open > atMost) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RestoreException("interrupted while waiting for writes to " + target, e);
            }
        }
        check();
    }
}
