/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import java.time.Duration;
import java.util.Locale;

/**
 * What a backup came to.
 *
 * @param duration    from its beginning to its commit
 * @param dataBytes   disk content in the streams, uncompressed and without zeroes
 * @param streamBytes length of the streams as they were delivered
 * @param dataFrames  pieces of disk content
 * @param zeroFrames  ranges that read as zeroes
 */
public record BackupSummary(Duration duration, long dataBytes, long streamBytes, long dataFrames, long zeroFrames) {

    private static final double MIB = 1 << 20;

    /** Disk content for each second, in bytes. */
    public double bytesPerSecond() {
        return dataBytes * 1e9 / Math.max(1, duration.toNanos());
    }

    /** For logs. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f MiB in %d data and %d zero frames, %.1f MiB of streams, %.1f s, %.1f MiB/s",
                dataBytes / MIB, dataFrames, zeroFrames, streamBytes / MIB, duration.toMillis() / 1e3, bytesPerSecond() / MIB);
    }
}
