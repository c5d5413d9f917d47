/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.engine.ProgressListener;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * Shows the progress of one step after another: on a terminal in a line that is written again and again, elsewhere in a
 * line every few seconds. Safe for use by several threads.
 */
final class ProgressBar implements ProgressListener {

    private static final long TERMINAL_INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PLAIN_INTERVAL = TimeUnit.SECONDS.toNanos(2);
    private static final int WIDTH = 79;

    private final PrintStream out;
    private final boolean terminal;
    private String step;
    private long started;
    private long shown;
    private long done;
    private long total;
    private boolean lineOpen;

    ProgressBar(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    synchronized void begin(String name) {
        step = name;
        started = System.nanoTime();
        shown = started;
        done = 0;
        total = 0;
    }

    @Override
    public synchronized void progress(String disk, long bytesDone, long bytesTotal) {
        long now = System.nanoTime();
        if (bytesDone < done) {
            // read once more from the start, after a delivery that failed
            started = now;
        }
        done = bytesDone;
        total = bytesTotal;
        if (now - shown >= (terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL) && done < total) {
            shown = now;
            print(new ProgressLine(step, done, total, now - started), false);
        }
    }

    /** Bytes of disk content that the step has processed. */
    synchronized long done() {
        return done;
    }

    /** Leaves the last line of the step. */
    synchronized void end() {
        print(new ProgressLine(step, done, total, System.nanoTime() - started), true);
    }

    /** Ends a line that a failure cut short. */
    synchronized void abandon() {
        if (lineOpen) {
            out.println();
            lineOpen = false;
        }
    }

    private void print(ProgressLine line, boolean last) {
        if (!terminal) {
            out.println(line.text());
            return;
        }
        String text = line.bar();
        out.print("\r" + text + " ".repeat(Math.max(0, WIDTH - text.length())) + (last ? System.lineSeparator() : ""));
        out.flush();
        lineOpen = !last;
    }
}
