/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void leavesOneLineForEachStepOnATerminal() {
        ProgressBar bar = new ProgressBar(out, true);
        for (String step : new String[] {"back up", "restore"}) {
            bar.begin(step);
            bar.progress("vda", 500, 500);
            bar.end();
        }

        assertThat(printed().lines().filter(line -> !line.isEmpty())).hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSize(79).contains("[############] 100%  500 bytes of 500 bytes"));
        assertThat(printed()).startsWith("\rback up ").contains("\rrestore ");
    }

    @Test
    void writesNoControlCharactersElsewhere() {
        ProgressBar bar = new ProgressBar(out, false);
        bar.begin("back up");
        bar.progress("vda", 500, 500);
        bar.end();

        assertThat(printed().lines()).singleElement().asString()
                .matches("back up   100%  500 bytes of 500 bytes  .* in 0\\.\\d s");
        assertThat(printed()).doesNotContain("\r");
    }

    @Test
    void doesNotPrintMoreOftenThanReadersCanFollow() {
        ProgressBar bar = new ProgressBar(out, false);
        bar.begin("back up");
        for (int i = 0; i < 1000; i++) {
            bar.progress("vda", i, 1000);
        }

        assertThat(printed().lines()).hasSizeLessThan(3);
    }
}
