/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Restores several disks side by side. */
public final class ParallelRestores {

    private ParallelRestores() {
    }

    /**
     * Runs restores, each in one of some threads. After the first failure no other begins, and those under way are interrupted,
     * as they are when the calling thread is; all have ended when this returns.
     *
     * @param atOnce most restores at a time, at least 1
     * @return their results, in order
     * @throws Exception the first failure
     */
    public static List<RestoreResult> run(List<Callable<RestoreResult>> restores, int atOnce) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(atOnce, restores.size())),
                task -> new Thread(task, "virtnbd-restore"));
        try {
            ExecutorCompletionService<RestoreResult> completion = new ExecutorCompletionService<>(threads);
            List<Future<RestoreResult>> all = new ArrayList<>();
            AtomicBoolean failed = new AtomicBoolean();
            restores.forEach(restore -> all.add(completion.submit(() -> call(restore, failed))));
            for (int i = 0; i < all.size(); i++) {
                completion.take().get();
            }
            List<RestoreResult> results = new ArrayList<>();
            for (Future<RestoreResult> each : all) {
                results.add(each.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while disks were restored");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        } finally {
            end(threads);
        }
    }

    /** A thread that is free takes the next restore before the calling thread hears of the failure. */
    private static RestoreResult call(Callable<RestoreResult> restore, AtomicBoolean failed) throws Exception {
        if (failed.get()) {
            throw new CancellationException("another restore has failed");
        }
        try {
            return restore.call();
        } catch (Throwable e) {
            failed.set(true);
            throw e;
        }
    }

    /** Waits for the restores even if interrupted: they have files and programs to close, and end soon. */
    private static void end(ExecutorService threads) {
        threads.shutdownNow();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = threads.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
