/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.StreamInput;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Restores streams in a process of its own, slowly: {@code IMAGE FORMAT STREAM…}. Says how many bytes are done, in a line each
 * time, and in the end {@code done}; goes on to its end when there is something to read from standard input, or its end.
 */
final class KilledRestoreMain {

    /** Makes a restore of a small disk last long enough to be killed in its midst. */
    private static final long PAUSE_NANOS = 1_500_000;
    private static final long SYNC_INTERVAL = 3 << 20;

    private KilledRestoreMain() {
    }

    public static void main(String[] args) throws Exception {
        System.out.println(0);
        DiskRestore.restore(Arrays.stream(args).skip(2).map(file -> StreamInput.of(Path.of(file))).toList(),
                RestoreOptions.toImage(Path.of(args[0]), ImageFormat.valueOf(args[1])).withSyncInterval(SYNC_INTERVAL)
                        .withProgress((disk, done, total) -> {
                            System.out.println(done);
                            LockSupport.parkNanos(PAUSE_NANOS);
                        }));
        System.out.println("done");
        System.in.read();
    }
}
