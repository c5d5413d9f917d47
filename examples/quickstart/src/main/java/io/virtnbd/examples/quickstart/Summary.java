/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.examples.support.Quantities;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What was done, in a short table. */
final class Summary {

    private record Step(String name, long bytes, long nanos) {
    }

    private final List<Step> steps = new ArrayList<>();

    void add(String name, long bytes, long nanos) {
        steps.add(new Step(name, bytes, nanos));
    }

    void printSteps(PrintStream out) {
        out.printf("%-9s  %12s  %9s  %9s%n", "Step", "Disk content", "Time", "Speed");
        for (Step step : steps) {
            out.printf("%-9s  %12s  %9s  %9s%n", step.name(), Quantities.bytes(step.bytes()), Quantities.duration(step.nanos()),
                    Quantities.speed(step.bytes(), step.nanos()));
        }
    }
}
