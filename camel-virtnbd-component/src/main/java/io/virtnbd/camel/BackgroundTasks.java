/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ExecutorServiceManager;

/**
 * What a component does besides its exchanges, in threads that there are only when they are needed. Safe for several threads.
 */
final class BackgroundTasks implements Closeable {

    private final CamelContext context;
    private ExecutorService workers;
    private ScheduledExecutorService clock;
    private boolean closed;

    BackgroundTasks(CamelContext context) {
        this.context = context;
    }

    /** @throws RejectedExecutionException once it is closed */
    synchronized void run(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("the component is stopped");
        }
        if (workers == null) {
            workers = context.getExecutorServiceManager().newCachedThreadPool(this, "virtnbd");
        }
        workers.execute(task);
    }

    /**
     * Runs a task later.
     *
     * @return cancels it, unless it has begun
     * @throws RejectedExecutionException once it is closed
     */
    synchronized Runnable after(Duration delay, Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("the component is stopped");
        }
        if (clock == null) {
            clock = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "virtnbd-clock");
        }
        ScheduledFuture<?> future = clock.schedule(() -> runUnlessClosed(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }

    private void runUnlessClosed(Runnable task) {
        try {
            run(task);
        } catch (RejectedExecutionException e) {
            // whoever closes the component ends the backups too
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        ExecutorServiceManager threads = context.getExecutorServiceManager();
        if (clock != null) {
            threads.shutdownNow(clock);
            clock = null;
        }
        if (workers != null) {
            threads.shutdownNow(workers);
            workers = null;
        }
    }
}
