/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

/**
 * How a chain is read.
 *
 * @param cacheBytes most bytes of decoded content that are kept, beyond what readings use at the moment; 0 or more, and never
 *                   more than half of the heap. What was used last is kept in any case, at most 32 MiB
 * @param threads    streams that are indexed side by side, requests to a store that are made at once, and threads that read ahead;
 *                   1 or more
 */
public record ImageOptions(long cacheBytes, int threads) {

    /** 64 MiB and 4 threads. */
    public static final ImageOptions DEFAULT = new ImageOptions(64L << 20, 4);

    public ImageOptions {
        if (cacheBytes < 0 || threads < 1) {
            throw new IllegalArgumentException("expected a cache of 0 bytes or more and 1 thread or more, found " + cacheBytes
                    + " and " + threads);
        }
    }
}
