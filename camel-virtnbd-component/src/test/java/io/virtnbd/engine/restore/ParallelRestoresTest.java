/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ParallelRestoresTest {

    private static RestoreResult result(String disk) {
        return new RestoreResult(disk, "cp.0", 1, 1, 0, 0, OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
    }

    @Test
    void resultsComeInTheOrderOfTheRestoresWhicheverEndsFirst() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        List<Callable<RestoreResult>> restores = List.of(() -> {
            second.await();
            return result("vda");
        }, () -> {
            second.countDown();
            return result("vdb");
        });

        assertThat(ParallelRestores.run(restores, 2)).extracting(RestoreResult::disk).containsExactly("vda", "vdb");
    }

    @Test
    void noMoreRunAtATimeThanAllowed() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Callable<RestoreResult>> restores = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String disk = "disk" + i;
            restores.add(() -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.yield();
                running.decrementAndGet();
                return result(disk);
            });
        }
        assertThat(ParallelRestores.run(restores, 3)).hasSize(20);
        assertThat(most.get()).isBetween(1, 3);
    }

    /** Whichever place the one that fails has. */
    @Test
    void theFirstFailureStopsTheOthersAndIsTheOneThatIsThrown() {
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean begun = new AtomicBoolean();
        Callable<RestoreResult> third = () -> {
            begun.set(true);
            return result("vdc");
        };
        List<Callable<RestoreResult>> restores = List.of(() -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
                return result("vda");
            } catch (InterruptedException e) {
                ended.set(true);
                throw new InterruptedIOException("stopped");
            }
        }, () -> {
            started.await();
            throw new RestoreException("no space left");
        }, third);

        assertThatThrownBy(() -> ParallelRestores.run(restores, 2)).isInstanceOf(RestoreException.class)
                .hasMessage("no space left");
        assertThat(ended).isTrue();
        assertThatThrownBy(() -> ParallelRestores.run(List.of(() -> {
            throw new IOException("first");
        }, third), 1)).hasMessage("first");
        assertThat(begun).isFalse();
    }

    @Test
    void anInterruptionOfTheCallerEndsAllBeforeItReturns() throws Exception {
        CountDownLatch started = new CountDownLatch(2);
        AtomicInteger ended = new AtomicInteger();
        Callable<RestoreResult> restore = () -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
                return result("vda");
            } finally {
                ended.incrementAndGet();
            }
        };
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean marked = new AtomicBoolean();
        AtomicInteger seen = new AtomicInteger();
        Thread caller = new Thread(() -> {
            try {
                ParallelRestores.run(List.of(restore, restore), 2);
            } catch (Exception e) {
                failure.set(e);
            }
            marked.set(Thread.currentThread().isInterrupted());
            seen.set(ended.get());
        });
        caller.start();
        started.await();
        caller.interrupt();
        caller.join();

        assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
        assertThat(marked).isTrue();
        assertThat(seen).hasValue(2);
    }
}
