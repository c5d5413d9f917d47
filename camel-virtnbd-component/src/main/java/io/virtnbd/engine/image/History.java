/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import net.jpountz.lz4.LZ4Factory;

/** The content before a unit of linked blocks, which its blocks may refer to; compressed, since there are many. */
final class History implements PieceCache.Weighted {

    /** Bytes of the objects. */
    private static final int OVERHEAD = 128;

    private final byte[] compressed;
    private final int length;

    History(byte[] bytes) {
        compressed = LZ4Factory.fastestInstance().fastCompressor().compress(bytes);
        length = bytes.length;
    }

    byte[] bytes() {
        return LZ4Factory.fastestInstance().safeDecompressor().decompress(compressed, length);
    }

    @Override
    public int weight() {
        return compressed.length + OVERHEAD;
    }
}
