/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.io.IOException;
import java.util.Arrays;

/** Joins neighbours with equal flags and passes them on. */
final class ExtentMerger {

    private final ExtentWalker.Visitor visitor;
    private final int[] flags;
    private long offset;
    private long length;

    ExtentMerger(long offset, int contexts, ExtentWalker.Visitor visitor) {
        this.offset = offset;
        this.flags = new int[contexts];
        this.visitor = visitor;
    }

    /** @param nextFlags not kept */
    void add(long nextLength, int[] nextFlags) throws IOException {
        if (length > 0 && !Arrays.equals(flags, nextFlags)) {
            finish();
        }
        System.arraycopy(nextFlags, 0, flags, 0, flags.length);
        length += nextLength;
    }

    /** Passes on what is left. */
    void finish() throws IOException {
        if (length > 0) {
            visitor.extent(offset, length, flags);
            offset += length;
            length = 0;
        }
    }
}
