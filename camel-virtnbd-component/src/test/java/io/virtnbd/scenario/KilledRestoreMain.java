/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.StreamInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Restores streams in a process of its own, slowly: {@code IMAGE FORMAT STREAM…}. Says how many bytes are durable, in a line each
 * time, or are done when all are, and in the end {@code done}; then it stays until its standard input ends.
 */
final class KilledRestoreMain {

    /** A restore that is farther ahead of what is durable goes slowly, as it would else be done before much is durable. */
    private static final long AHEAD = 8 << 20;
    private static final long SYNC_INTERVAL = 2 << 20;
    /** Makes a restore of a small disk last long enough to be killed in its midst. */
    private static final long PAUSE_NANOS = 500_000;
    private static final int MOST_PAUSES = 100;
    private static final Pattern PROGRESS = Pattern.compile("\"stream\":(\\d+),.*\"data\":(\\d+),.*}\n");

    private KilledRestoreMain() {
    }

    public static void main(String[] args) throws Exception {
        Path image = Path.of(args[0]);
        Path journal = journal(image);
        System.out.println(0);
        DiskRestore.restore(Arrays.stream(args).skip(2).map(file -> StreamInput.of(Path.of(file))).toList(),
                RestoreOptions.toImage(image, ImageFormat.valueOf(args[1])).withSyncInterval(SYNC_INTERVAL)
                        .withProgress((disk, done, total) -> {
                            LockSupport.parkNanos(PAUSE_NANOS);
                            for (int i = 1; i < MOST_PAUSES && done - durable(journal) > AHEAD; i++) {
                                LockSupport.parkNanos(PAUSE_NANOS);
                            }
                            System.out.println(done == total ? done : durable(journal));
                        }));
        System.out.println("done");
        System.in.read();
    }

    /** The file that keeps how far a restore has come. */
    static Path journal(Path image) {
        return image.resolveSibling(image.getFileName() + ".partial.journal");
    }

    /** Bytes of data frames that the journal says are durable, of all streams together. */
    static long durable(Path journal) {
        Map<String, Long> data = new TreeMap<>();
        try {
            Matcher progress = PROGRESS.matcher(Files.exists(journal) ? Files.readString(journal) : "");
            while (progress.find()) {
                data.put(progress.group(1), Long.valueOf(progress.group(2)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return data.values().stream().mapToLong(Long::longValue).sum();
    }
}
