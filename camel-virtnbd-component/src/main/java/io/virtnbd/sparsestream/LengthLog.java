/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Numbers from 0 to 2^63-1 in order, packed, seven bits a byte: there is one for each data frame, and disks have millions. */
final class LengthLog {

    private static final int CHUNK = 16 << 10;
    private static final int LONGEST = 9;

    private final List<byte[]> chunks = new ArrayList<>();
    private byte[] current = new byte[64];
    private int used;

    void append(long value) {
        if (current.length - used < LONGEST) {
            if (current.length < CHUNK) {
                current = Arrays.copyOf(current, current.length * 2);
            } else {
                chunks.add(current);
                current = new byte[CHUNK];
                used = 0;
            }
        }
        long rest = value;
        while (rest > 0x7f) {
            current[used++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        current[used++] = (byte) rest;
    }

    /** Reads from the first number on. The log must not grow meanwhile. */
    Cursor cursor() {
        return new Cursor();
    }

    final class Cursor {

        private int chunk;
        private int offset;

        /** The next number; there must be one. */
        long next() {
            byte[] bytes = chunk < chunks.size() ? chunks.get(chunk) : current;
            // the same rule as in append, so a chunk's unused tail is never read
            if (bytes.length - offset < LONGEST) {
                chunk++;
                offset = 0;
                bytes = chunk < chunks.size() ? chunks.get(chunk) : current;
            }
            long value = 0;
            for (int shift = 0;; shift += 7) {
                byte next = bytes[offset++];
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }
    }
}
