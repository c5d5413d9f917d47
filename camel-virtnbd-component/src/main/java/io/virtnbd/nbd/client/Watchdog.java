/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one thread that cuts connections whose deadline has passed. It ends when nothing was scheduled for some seconds. */
final class Watchdog {

    private static final ScheduledThreadPoolExecutor EXECUTOR = executor();

    private Watchdog() {
    }

    static Future<?> once(long nanos, Runnable action) {
        return EXECUTOR.schedule(action, nanos, TimeUnit.NANOSECONDS);
    }

    static Future<?> repeatedly(long nanos, Runnable check) {
        return EXECUTOR.scheduleWithFixedDelay(check, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private static ScheduledThreadPoolExecutor executor() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, action -> {
            Thread thread = new Thread(action, "virtnbd-watchdog");
            thread.setDaemon(true);
            return thread;
        });
        executor.setKeepAliveTime(10, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
