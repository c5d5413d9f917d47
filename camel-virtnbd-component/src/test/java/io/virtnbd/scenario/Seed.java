/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import java.util.Random;

/** Seeds of random tests: always the same, so that a build can be repeated, unless a system property gives another. */
final class Seed {

    private Seed() {
    }

    /**
     * @param property a number, or {@code random} for another one in each run
     * @param usual    without the property
     */
    static long of(String property, long usual) {
        String text = System.getProperty(property, "");
        return text.isEmpty() ? usual : text.equals("random") ? new Random().nextLong() : Long.parseLong(text);
    }
}
