/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void showsBytesSpeedAndTheTimeLeftAtThatSpeed() {
        ProgressLine line = new ProgressLine("back up", 250_000_000, 1_000_000_000, 2 * SECOND);

        assertThat(line.bar()).isEqualTo("back up   [###---------]  25%  250.0 MB of 1.00 GB  125 MB/s  0:06 left");
        assertThat(line.text()).isEqualTo("back up    25%  250.0 MB of 1.00 GB  125 MB/s  0:06 left");
    }

    @Test
    void doesNotGuessTheTimeLeftBeforeThereIsSomethingToGuessFrom() {
        assertThat(new ProgressLine("restore", 0, 1000, SECOND).text()).endsWith("0%  0 bytes of 1.0 kB  - MB/s  -:-- left");
        assertThat(new ProgressLine("restore", 10, 1000, SECOND / 10).text()).endsWith("-:-- left");
    }

    @Test
    void isCompleteOnlyWhenEverythingIsDone() {
        assertThat(new ProgressLine("compare", 999_999, 1_000_000, SECOND).bar()).contains("[###########-]  99%");
        assertThat(new ProgressLine("compare", 1_000_000, 1_000_000, SECOND).bar())
                .isEqualTo("compare   [############] 100%  1.0 MB of 1.0 MB  1.0 MB/s  in 1.0 s");
    }

    @Test
    void showsAnEmptyDiskAsDone() {
        assertThat(new ProgressLine("back up", 0, 0, SECOND).text())
                .isEqualTo("back up   100%  0 bytes of 0 bytes  - MB/s  in 1.0 s");
    }

    @Test
    void fitsATerminalOfEightyColumns() {
        long total = 999_940_000_000_000L;

        assertThat(new ProgressLine("make disk", total / 2 + 1, total, 350_000 * SECOND).bar()).hasSizeLessThanOrEqualTo(79);
    }
}
