/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Numbers as people read them. Units are powers of 1000. */
public final class Quantities {

    private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private Quantities() {
    }

    /** Such as {@code 512 bytes}, {@code 268.4 MB}, {@code 1.07 GB}. */
    public static String bytes(long count) {
        if (count < 1000) {
            return count + " bytes";
        }
        double value = count / 1000.0;
        int unit = 0;
        // what would be rounded to 1000 has the next unit already
        while (value >= 999.95 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit < 2 ? "%.1f %s" : "%.2f %s", value, UNITS[unit]);
    }

    /** Such as {@code 512 MB/s} or {@code 7.3 MB/s}; {@code - MB/s} where nothing can be said. */
    public static String speed(long bytes, long nanos) {
        if (bytes <= 0 || nanos <= 0) {
            return "- MB/s";
        }
        double speed = bytes / 1e6 / (nanos / NANOS_PER_SECOND);
        return String.format(Locale.ROOT, speed < 9.95 ? "%.1f MB/s" : "%.0f MB/s", speed);
    }

    /** Such as {@code 0.5 s}, {@code 2:05 min} or {@code 1:02:05 h}. */
    public static String duration(long nanos) {
        double seconds = nanos / NANOS_PER_SECOND;
        if (seconds < 59.95) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return clock(whole) + (whole < 3600 ? " min" : " h");
    }

    /** Such as {@code 0:07}, {@code 2:05} or {@code 1:02:05}. */
    public static String clock(long seconds) {
        long minutes = seconds / 60;
        return minutes < 60
                ? String.format(Locale.ROOT, "%d:%02d", minutes, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", minutes / 60, minutes % 60, seconds % 60);
    }
}
