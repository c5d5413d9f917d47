/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The file sink, on a file system that becomes full. */
class FileSinkIT extends SinkContract {

    private static final long ROOM = 512L << 20;

    private Tmpfs disk;
    private final AtomicInteger disturbances = new AtomicInteger();
    private final AtomicBoolean repaired = new AtomicBoolean();

    @BeforeEach
    void mount() throws Exception {
        disk = new Tmpfs(directory.resolve("mounted"), ROOM);
    }

    @AfterEach
    void unmount() {
        disk.close();
    }

    @Override
    protected String sink() {
        return "kamelet:virtnbd-file-sink?directory=" + disk.directory().resolve("backups");
    }

    @Override
    protected void fetch(Path target) {
        Tool.run("cp", "-r", disk.directory().resolve("backups") + "/.", target.toString());
    }

    @Override
    protected void breakAfter(long bytes) throws Exception {
        disk.resize(ROOM - disk.free() + bytes);
    }

    /** There is room again when it was used up. */
    @Override
    protected void disturbAfter(long bytes) throws Exception {
        breakAfter(bytes);
        repaired.set(false);
        Thread thread = new Thread(() -> {
            try {
                while (!repaired.get()) {
                    if (disk.free() == 0) {
                        Thread.sleep(50);
                        disk.resize(ROOM);
                        disturbances.incrementAndGet();
                        return;
                    }
                    Thread.sleep(1);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }, "room");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    protected int disturbances() {
        return disturbances.get();
    }

    @Override
    protected void repair() {
        repaired.set(true);
        disk.resize(ROOM);
    }
}
