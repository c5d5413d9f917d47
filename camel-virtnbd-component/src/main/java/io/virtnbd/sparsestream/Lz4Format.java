/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.nio.ByteBuffer;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/** Numbers of the LZ4 frame format 1.6. All of its integers are little-endian. */
final class Lz4Format {

    static final int MAGIC = 0x184d2204;
    /** The first of sixteen magic numbers of frames that are to be skipped. */
    static final int SKIPPABLE_MAGIC = 0x184d2a50;

    static final int VERSION = 0b0100_0000;
    static final int VERSION_MASK = 0b1100_0000;
    static final int INDEPENDENT_BLOCKS = 0b0010_0000;
    static final int BLOCK_CHECKSUMS = 0b0001_0000;
    static final int CONTENT_SIZE = 0b0000_1000;
    static final int CONTENT_CHECKSUM = 0b0000_0100;
    static final int RESERVED = 0b0000_0010;
    static final int DICTIONARY = 0b0000_0001;

    /** Set in a block's size field where the block is stored. */
    static final int STORED = 0x8000_0000;
    static final int END_MARK = 0;
    /** How far back a match may reach. */
    static final int MAX_OFFSET = 0xffff;

    private static final XXHash32 HASH = XXHashFactory.fastestInstance().hash32();

    private Lz4Format() {
    }

    /** Decoded bytes of a block at most, for codes 4 to 7 of the block size. */
    static int maxBlockSize(int code) {
        return 1 << 8 + 2 * code;
    }

    /** XXH32 with seed 0; the buffer's position does not move. */
    static int checksum(ByteBuffer data, int index, int length) {
        return HASH.hash(data, index, length, 0);
    }

    /** The last byte of a descriptor, from the bytes before it, without the magic number. */
    static byte headerChecksum(ByteBuffer data, int index, int length) {
        return (byte) (checksum(data, index, length) >>> 8);
    }

    static int getInt(ByteBuffer data, int index) {
        return data.get(index) & 0xff | (data.get(index + 1) & 0xff) << 8 | (data.get(index + 2) & 0xff) << 16
                | data.get(index + 3) << 24;
    }

    static long getLong(ByteBuffer data, int index) {
        return getInt(data, index) & 0xffff_ffffL | (long) getInt(data, index + 4) << 32;
    }

    static void putInt(ByteBuffer data, int index, int value) {
        data.put(index, (byte) value).put(index + 1, (byte) (value >>> 8)).put(index + 2, (byte) (value >>> 16))
                .put(index + 3, (byte) (value >>> 24));
    }
}
