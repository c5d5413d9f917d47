/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.ChainException;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.server.Export;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Compares two disks. */
final class ImageComparison {

    private static final int BLOCK = 4 << 20;

    private ImageComparison() {
    }

    /** @throws ChainException if they differ; the message says where */
    static void requireSame(String what, Export expected, Export found) throws IOException {
        if (expected.size() != found.size()) {
            throw new ChainException(what + ": expected " + expected.size() + " bytes as before, found " + found.size());
        }
        ByteBuffer one = ByteBuffer.allocate(BLOCK);
        ByteBuffer other = ByteBuffer.allocate(BLOCK);
        for (long offset = 0; offset < expected.size(); offset += BLOCK) {
            int length = (int) Math.min(BLOCK, expected.size() - offset);
            if (isZero(expected, offset, length) && isZero(found, offset, length)) {
                continue;
            }
            expected.read(offset, one.clear().limit(length));
            found.read(offset, other.clear().limit(length));
            int difference = one.flip().mismatch(other.flip());
            if (difference >= 0) {
                throw new ChainException(what + ": expected the content of before, found another byte at "
                        + (offset + difference));
            }
        }
    }

    private static boolean isZero(Export export, long offset, int length) throws IOException {
        boolean[] data = new boolean[1];
        long[] seen = new long[1];
        export.extents(offset, length, extent -> {
            data[0] |= extent.type() != ExtentType.ZERO;
            seen[0] += extent.length();
            return !data[0];
        });
        return !data[0] && seen[0] >= length;
    }
}
