/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * The daemons that real domains need. One set serves all tests of a machine: they are started where none answers, and go on
 * after the tests.
 */
public final class LibvirtDaemons {

    private static final Path LIBVIRTD_PID = Path.of("/run/libvirtd.pid");
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private LibvirtDaemons() {
    }

    /** Returns when libvirtd answers. */
    public static void ensureRunning() {
        exclusively(() -> {
            if (!answers()) {
                start();
            }
        });
    }

    /** Ends libvirtd and starts it again. Domains and their jobs go on meanwhile; connections break. */
    public static void restart() {
        exclusively(() -> {
            ProcessHandle daemon = ProcessHandle.of(readPid()).orElseThrow();
            daemon.destroy();
            await("libvirtd to end", () -> !daemon.isAlive());
            start();
        });
    }

    private static void start() {
        // fails where one is running already, which serves as well
        Tool.tryRun("virtlogd", "--daemon");
        Tool.run("libvirtd", "--daemon");
        await("libvirtd to answer", LibvirtDaemons::answers);
    }

    private static boolean answers() {
        return Virsh.tryRun("uri").exitCode() == 0;
    }

    private static long readPid() {
        try {
            return Long.parseLong(Files.readString(LIBVIRTD_PID).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > DEADLINE.toNanos()) {
                throw new AssertionError("waited " + DEADLINE.toSeconds() + " s for " + what);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + what, e);
            }
        }
    }

    /** Not at once with another process that runs tests. */
    private static synchronized void exclusively(Runnable action) {
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "virtnbd-libvirt-daemons.lock");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assert lock.isValid();
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
