/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;

/**
 * Encodes the payload of one data frame as one LZ4 frame: independent blocks of 256 KiB with checksums, content size and
 * content checksum. A block that does not become smaller is stored. Uses lz4-java's native code where the platform has it. Safe
 * for use by several threads.
 */
public final class Lz4FrameEncoder {

    /** The level from which the slower, denser LZ4 HC is used, as by the {@code lz4} program. */
    private static final int HIGH = 3;
    private static final int HIGHEST = 17;

    private static final int BLOCK_CODE = 5;
    private static final int BLOCK = Lz4Format.maxBlockSize(BLOCK_CODE);
    private static final int FLAGS = Lz4Format.VERSION | Lz4Format.INDEPENDENT_BLOCKS | Lz4Format.BLOCK_CHECKSUMS
            | Lz4Format.CONTENT_SIZE | Lz4Format.CONTENT_CHECKSUM;
    private static final int DESCRIPTOR = 10;
    private static final int HEADER = 4 + DESCRIPTOR + 1;
    private static final int BLOCK_FRAMING = 8;
    private static final int FOOTER = 8;

    private final LZ4Compressor compressor;

    /**
     * @param level 0 to 2 for the fast compressor, 3 and more for LZ4 HC with more effort; above 17 is as 17
     * @throws IllegalArgumentException if the level is negative
     */
    public Lz4FrameEncoder(int level) {
        if (level < 0) {
            throw new IllegalArgumentException("expected a compression level of 0 or more, found " + level);
        }
        LZ4Factory factory = LZ4Factory.fastestInstance();
        compressor = level < HIGH ? factory.fastCompressor() : factory.highCompressor(Math.min(level, HIGHEST));
    }

    /**
     * Bytes of room that {@link #encode} needs for that many bytes: what they take when stored, and a little to try to compress
     * in.
     *
     * @throws ArithmeticException if that is more than an {@code int} holds
     */
    public static int maxEncodedLength(int length) {
        long blocks = (BLOCK - 1L + length) / BLOCK;
        return Math.toIntExact(HEADER + blocks * BLOCK_FRAMING + length + FOOTER + slack());
    }

    private static int slack() {
        return LZ4Factory.fastestInstance().fastCompressor().maxCompressedLength(BLOCK) - BLOCK;
    }

    /**
     * Encodes what is between the source's position and limit, and moves the positions of both.
     *
     * @param source direct or with an array; not empty
     * @param target direct or with an array, with {@link #maxEncodedLength} bytes left
     * @return bytes written
     */
    public int encode(ByteBuffer source, ByteBuffer target) {
        int length = source.remaining();
        if (length == 0) {
            throw new IllegalArgumentException("expected bytes to encode, found none");
        }
        if (target.remaining() < maxEncodedLength(length)) {
            throw new BufferOverflowException();
        }
        int start = target.position();
        int from = source.position();
        int at = header(length, target, start);
        for (int done = 0; done < length;) {
            int count = Math.min(BLOCK, length - done);
            at = block(source, from + done, count, target, at);
            done += count;
        }
        Lz4Format.putInt(target, at, Lz4Format.END_MARK);
        Lz4Format.putInt(target, at + 4, Lz4Format.checksum(source, from, length));
        source.position(from + length);
        target.position(at + FOOTER);
        return at + FOOTER - start;
    }

    private static int header(int length, ByteBuffer target, int start) {
        Lz4Format.putInt(target, start, Lz4Format.MAGIC);
        int at = start + 4;
        target.put(at, (byte) FLAGS).put(at + 1, (byte) (BLOCK_CODE << 4));
        Lz4Format.putInt(target, at + 2, length);
        Lz4Format.putInt(target, at + 6, 0);
        target.put(at + DESCRIPTOR, Lz4Format.headerChecksum(target, at, DESCRIPTOR));
        return start + HEADER;
    }

    private int block(ByteBuffer source, int from, int length, ByteBuffer target, int at) {
        int data = at + 4;
        int size = compressor.compress(source, from, length, target, data, compressor.maxCompressedLength(length));
        int field = size;
        if (size >= length) {
            size = length;
            field = length | Lz4Format.STORED;
            target.put(data, source, from, length);
        }
        Lz4Format.putInt(target, at, field);
        Lz4Format.putInt(target, data + size, Lz4Format.checksum(target, data, size));
        return data + size + 4;
    }
}
