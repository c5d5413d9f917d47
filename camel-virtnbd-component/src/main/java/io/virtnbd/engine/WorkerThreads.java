/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the threads that compress and decompress. */
public final class WorkerThreads {

    private static final long KEEP_ALIVE_SECONDS = 10;

    private WorkerThreads() {
    }

    /**
     * As many threads as there are processors, started when there is something to do. They end when there is nothing to do for a
     * while, so that a pool need not be shut down.
     *
     * @param name how the threads are called, before a number
     */
    public static ExecutorService pool(String name) {
        AtomicInteger number = new AtomicInteger();
        int threads = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(threads, threads, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
