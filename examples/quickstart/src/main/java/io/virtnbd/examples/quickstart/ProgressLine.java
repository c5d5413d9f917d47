/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.examples.support.Quantities;
import java.util.Locale;

/**
 * How far a step has come, in one line.
 *
 * @param step  what is done
 * @param done  bytes so far, at most {@code total}
 * @param total bytes to process
 * @param nanos time that it took so far, in nanoseconds
 */
record ProgressLine(String step, long done, long total, long nanos) {

    private static final int BAR_LENGTH = 12;
    private static final long LEAST_NANOS = 500_000_000;

    /** With a bar, for a terminal: at most 79 characters for anything below 100 hours and 1 PB. */
    String bar() {
        int filled = (int) (BAR_LENGTH * fraction());
        return String.format(Locale.ROOT, "%-9s [%s%s] %s", step, "#".repeat(filled), "-".repeat(BAR_LENGTH - filled), plain());
    }

    /** For a file: the same without the bar. */
    String text() {
        return String.format(Locale.ROOT, "%-9s %s", step, plain());
    }

    private String plain() {
        return String.format(Locale.ROOT, "%3d%%  %s of %s  %s  %s", (int) (100 * fraction()), Quantities.bytes(done),
                Quantities.bytes(total), Quantities.speed(done, nanos),
                done == total ? "in " + Quantities.duration(nanos) : left());
    }

    /** At the average speed so far, which says little in the first moment. */
    private String left() {
        if (done == 0 || nanos < LEAST_NANOS) {
            return "-:-- left";
        }
        double seconds = (double) nanos / done * (total - done) / 1e9;
        return Quantities.clock((long) Math.ceil(seconds)) + " left";
    }

    private double fraction() {
        return total == 0 ? 1 : (double) done / total;
    }
}
