/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.extent;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The extents of a whole disk, in order and without a gap. Neighbours of one type are merged. An extent takes a few bytes
 * (its length in 7-bit groups, with the type), so that a disk of a million extents needs some 4 MB. Immutable.
 */
public final class ExtentMap implements Iterable<Extent> {

    private static final int TYPE_BITS = 2;
    private static final ExtentType[] TYPES = ExtentType.values();

    private final byte[] runs;
    private final int used;
    private final long size;
    private final long count;
    private final long[] bytesByType;

    private ExtentMap(Builder builder) {
        this.runs = Arrays.copyOf(builder.runs, builder.used);
        this.used = builder.used;
        this.size = builder.end;
        this.count = builder.count;
        this.bytesByType = builder.bytesByType.clone();
    }

    /** Starts an empty map at offset 0. */
    public static Builder builder() {
        return new Builder();
    }

    /** A map of one extent, or of none when {@code size} is 0. */
    public static ExtentMap of(long size, ExtentType type) {
        Builder builder = builder();
        if (size > 0) {
            builder.append(size, type);
        }
        return builder.build();
    }

    /** The bytes that the map covers, which is the size of the disk. */
    public long size() {
        return size;
    }

    /** The number of extents, neighbours of one type counted once. */
    public long count() {
        return count;
    }

    /** The bytes of all extents of one type. */
    public long bytes(ExtentType type) {
        return bytesByType[type.ordinal()];
    }

    @Override
    public Iterator<Extent> iterator() {
        return cursor();
    }

    /** Starts at the first extent. */
    public Cursor cursor() {
        return new Cursor(0, 0);
    }

    /** Collects extents in order. Not safe for use by several threads. */
    public static final class Builder {

        private byte[] runs = new byte[64];
        private int used;
        private long end;
        private long count;
        private long pending;
        private ExtentType pendingType;
        private final long[] bytesByType = new long[TYPES.length];

        private Builder() {
        }

        /**
         * Appends an extent that starts where the last one ended.
         *
         * @param length bytes, positive
         * @throws IllegalArgumentException if the length is not positive or the disk would pass 2^61 bytes
         */
        public Builder append(long length, ExtentType type) {
            if (length <= 0 || length > (Long.MAX_VALUE >>> TYPE_BITS) - end) {
                throw new IllegalArgumentException("extent at " + end + " has length " + length);
            }
            if (type != pendingType) {
                flush();
                pendingType = type;
            }
            pending += length;
            end += length;
            bytesByType[type.ordinal()] += length;
            return this;
        }

        /** The first byte that no appended extent covers. */
        public long end() {
            return end;
        }

        public ExtentMap build() {
            flush();
            return new ExtentMap(this);
        }

        private void flush() {
            if (pending == 0) {
                return;
            }
            long rest = pending << TYPE_BITS | pendingType.ordinal();
            if (runs.length - used < 10) {
                runs = Arrays.copyOf(runs, Math.addExact(runs.length, runs.length >> 1));
            }
            while ((rest & ~0x7FL) != 0) {
                runs[used++] = (byte) (rest & 0x7F | 0x80);
                rest >>>= 7;
            }
            runs[used++] = (byte) rest;
            count++;
            pending = 0;
            pendingType = null;
        }
    }

    /** A place between two extents. Not safe for use by several threads. */
    public final class Cursor implements Iterator<Extent> {

        private int at;
        private long offset;

        private Cursor(int at, long offset) {
            this.at = at;
            this.offset = offset;
        }

        /** Another cursor at the same place. */
        public Cursor copy() {
            return new Cursor(at, offset);
        }

        @Override
        public boolean hasNext() {
            return at < used;
        }

        @Override
        public Extent next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            long value = 0;
            int shift = 0;
            byte group;
            do {
                group = runs[at++];
                value |= (long) (group & 0x7F) << shift;
                shift += 7;
            } while (group < 0);
            Extent extent = new Extent(offset, value >>> TYPE_BITS, TYPES[(int) value & (1 << TYPE_BITS) - 1]);
            offset = extent.end();
            return extent;
        }
    }
}
