/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.extent;

/**
 * A contiguous range of a disk that is of one type.
 *
 * @param offset first byte, in bytes from the start of the disk; not negative
 * @param length bytes; positive, and {@code offset + length} does not overflow
 * @param type   what the range holds
 */
public record Extent(long offset, long length, ExtentType type) {

    public Extent {
        if (offset < 0 || length <= 0 || length > Long.MAX_VALUE - offset) {
            throw new IllegalArgumentException("not a range: offset " + offset + ", length " + length);
        }
        if (type == null) {
            throw new IllegalArgumentException("extent at " + offset + " without a type");
        }
    }

    /** The first byte after the extent. */
    public long end() {
        return offset + length;
    }
}
