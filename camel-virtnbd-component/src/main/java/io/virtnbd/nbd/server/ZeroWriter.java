/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Zeroes a range by writing zeroes to it, the way that always works. */
final class ZeroWriter {

    private static final int PIECE = 256 * 1024;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(PIECE).asReadOnlyBuffer();

    private ZeroWriter() {
    }

    static void write(Export export, long offset, long length) throws IOException {
        long end = offset + length;
        for (long at = offset; at < end; at += PIECE) {
            export.write(at, zeroes(end - at));
        }
    }

    /** A new view of up to {@code wanted} zeroes. */
    static ByteBuffer zeroes(long wanted) {
        return ZEROES.duplicate().limit((int) Math.min(PIECE, wanted));
    }
}
