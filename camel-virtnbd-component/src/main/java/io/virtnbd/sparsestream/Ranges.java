/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

final class Ranges {

    private Ranges() {
    }

    static boolean isRange(long start, long length) {
        return start >= 0 && length > 0 && length <= Long.MAX_VALUE - start;
    }

    static void requireRange(long start, long length) {
        if (!isRange(start, length)) {
            throw new IllegalArgumentException("not a range: start " + start + ", length " + length);
        }
    }
}
