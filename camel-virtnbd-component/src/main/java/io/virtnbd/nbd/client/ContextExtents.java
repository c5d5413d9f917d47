/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

/**
 * Consecutive extents of one meta context, from the offset of the request on. Immutable. Neighbours may have equal flags.
 * Source: NBD protocol, "NBD_REPLY_TYPE_BLOCK_STATUS".
 */
public final class ContextExtents {

    /** For each extent its length, unsigned, and its flags. */
    private final int[] descriptors;
    private final long total;

    /**
     * @param descriptors length and flags by turns; not copied
     * @param total       the sum of the lengths, less where the last one reaches past the end of the export
     */
    ContextExtents(int[] descriptors, long total) {
        this.descriptors = descriptors;
        this.total = total;
    }

    /** How many extents; at least 1. */
    public int count() {
        return descriptors.length / 2;
    }

    /** Bytes that the extents cover together: less than was asked for, or more, but never past the end of the export. */
    public long total() {
        return total;
    }

    /**
     * Bytes of an extent, as the server sent it: of the last extent only what {@link #total} leaves lies within the export.
     *
     * @param index 0 to {@code count() - 1}
     */
    public long length(int index) {
        return Integer.toUnsignedLong(descriptors[2 * index]);
    }

    /** Status flags of an extent; what they mean depends on the context. */
    public int flags(int index) {
        return descriptors[2 * index + 1];
    }
}
