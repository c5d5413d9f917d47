/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.nio.ByteBuffer;

/** How many bytes a block decodes to, without decoding it. Source: LZ4 block format, "Compressed block format". */
final class Lz4BlockLength {

    private static final int MIN_MATCH = 4;
    private static final int EXTENDED = 15;

    private final ByteBuffer data;
    private int at;
    private long total;

    private Lz4BlockLength(ByteBuffer data) {
        this.data = data;
    }

    /** @return -1 where it is no LZ4 block, as far as its lengths tell */
    static long of(Lz4Block block) {
        if (!block.compressed()) {
            return block.data().remaining();
        }
        try {
            return new Lz4BlockLength(block.data().slice()).sum();
        } catch (IndexOutOfBoundsException e) {
            return -1;
        }
    }

    private long sum() {
        while (true) {
            int token = data.get(at++);
            int literals = length(token >>> 4 & EXTENDED);
            total += literals;
            at += literals;
            if (at >= data.limit()) {
                return at == data.limit() ? total : -1;
            }
            at += 2;
            total += MIN_MATCH + length(token & EXTENDED);
        }
    }

    private int length(int start) {
        int length = start;
        for (int next = start == EXTENDED ? 255 : 0; next == 255;) {
            next = data.get(at++) & 0xff;
            length += next;
        }
        return length;
    }
}
