/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Arrays that were used, to be used again. A cache of content that replaces its old entries all the time would otherwise make the
 * collector copy, and clean up, as many bytes as are read. Safe for use by several threads.
 */
final class ArrayPool {

    private final long limit;
    private final Deque<byte[]> free = new ArrayDeque<>();
    private long bytes;

    /** @param limit bytes that are kept for later at most */
    ArrayPool(long limit) {
        this.limit = limit;
    }

    /** An array of that length, with anything in it. */
    byte[] take(int length) {
        byte[] found = find(length);
        return found == null ? new byte[length] : found;
    }

    private synchronized byte[] find(int length) {
        for (Iterator<byte[]> each = free.iterator(); each.hasNext();) {
            byte[] array = each.next();
            if (array.length == length) {
                each.remove();
                bytes -= length;
                return array;
            }
        }
        return null;
    }

    /** Takes an array that nobody uses any more. */
    synchronized void give(byte[] array) {
        free.addFirst(array);
        bytes += array.length;
        while (bytes > limit) {
            bytes -= free.removeLast().length;
        }
    }

    /** Bytes of the arrays that are there. */
    synchronized long bytes() {
        return bytes;
    }
}
