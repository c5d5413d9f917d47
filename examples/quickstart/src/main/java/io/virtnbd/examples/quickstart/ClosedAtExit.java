/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.examples.support.Failures;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A disk that is closed once: by its user or, when the program is interrupted, so that no server and no socket stay behind. */
final class ClosedAtExit implements SourceDisk {

    private final SourceDisk disk;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ClosedAtExit(SourceDisk disk) {
        this.disk = disk;
    }

    static SourceDisk of(SourceDisk disk) {
        ClosedAtExit closing = new ClosedAtExit(disk);
        Runtime.getRuntime().addShutdownHook(new Thread(closing::closeAtExit));
        return closing;
    }

    @Override
    public String uri() {
        return disk.uri();
    }

    @Override
    public void close() throws IOException {
        if (!closed.getAndSet(true)) {
            disk.close();
        }
    }

    private void closeAtExit() {
        try {
            close();
        } catch (IOException e) {
            System.err.println("quick start: cannot clean up: " + Failures.describe(e));
        }
    }
}
