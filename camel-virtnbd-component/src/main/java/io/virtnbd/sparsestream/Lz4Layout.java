/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where the blocks of a compressed piece are that is one LZ4 frame with block checksums, whose blocks are all as long as they may
 * be, except the last. So they are where a writer gets all content at once. Immutable.
 */
public final class Lz4Layout {

    /** Decoded bytes of a unit, where blocks are not longer. */
    private static final int UNIT = 256 << 10;
    /** Of a block's size, and of its checksum. */
    static final int FIELD = 4;
    private static final int SOURCE_BUFFER = 64;
    private static final int SMALLEST_BLOCK = 64 << 10;
    /** Bytes of the objects. */
    private static final int OVERHEAD = 128;

    private final Lz4FrameStart frame;
    private final int length;
    /** Where each block begins, from the start of the stream's piece, and where the last ends. */
    private final int[] blocks;

    private Lz4Layout(Lz4FrameStart frame, int length, int[] blocks) {
        this.frame = frame;
        this.length = length;
        this.blocks = blocks;
    }

    /**
     * Goes from block to block and reads only their sizes, and the last block where it is to be shorter than others, since its length
     * proves that no other is short.
     *
     * @param offset        where in the stream the piece begins
     * @param encodedLength bytes in the stream
     * @param length        bytes of the disk
     * @return empty where the piece is another one, or damaged
     */
    public static Optional<Lz4Layout> read(StreamAccess access, long offset, long encodedLength, int length) throws IOException {
        AccessSource source = new AccessSource(access, offset, offset + encodedLength, SOURCE_BUFFER);
        Lz4PayloadScanner scanner = new Lz4PayloadScanner(source);
        scanner.begin(length);
        try {
            boolean another = encodedLength > Integer.MAX_VALUE
                    || !(scanner.next(ByteBuffer.allocate(0)) instanceof Lz4FrameStart frame)
                    || !frame.blockChecksums() || frame.contentSize().orElse(length) != length;
            if (another) {
                return Optional.empty();
            }
            Lz4FrameStart start = scanner.currentFrame();
            int[] blocks = blocks(source, start, (length - 1) / start.maxBlockSize() + 1, offset);
            boolean whole = blocks != null
                    && blocks[blocks.length - 1] + FIELD + (start.contentChecksum() ? FIELD : 0) == encodedLength;
            Lz4Layout layout = whole ? new Lz4Layout(start, length, blocks) : null;
            return whole && layout.isProven(access) ? Optional.of(layout) : Optional.empty();
        } catch (MalformedStreamException e) {
            return Optional.empty();
        }
    }

    private static int[] blocks(AccessSource source, Lz4FrameStart frame, int count, long offset) throws IOException {
        int[] blocks = new int[count + 1];
        for (int i = 0;; i++) {
            int at = (int) (source.position() - offset);
            ByteBuffer bytes = source.require(FIELD, "LZ4 block size");
            int field = Lz4Format.getInt(bytes, bytes.position());
            int size = field & ~Lz4Format.STORED;
            if ((field == Lz4Format.END_MARK) != (i == count) || size > frame.maxBlockSize()) {
                return null;
            }
            blocks[i] = at;
            if (i == count) {
                return blocks;
            }
            source.skip(FIELD + size + FIELD, "LZ4 block");
        }
    }

    /**
     * No block is longer than it may be, so that if the last is as long as it has to be all others are, too. Where it has to be as
     * long as it may be, that so few blocks hold all content says it.
     */
    private boolean isProven(StreamAccess access) throws IOException {
        int last = blocks.length - 2;
        if (last == 0 || blockLength(last) == frame.maxBlockSize()) {
            return true;
        }
        ByteBuffer bytes = ByteBuffer.allocate(blocks[last + 1] - blocks[last]);
        access.read(frame.offset() + blocks[last], bytes);
        return Lz4BlockLength.of(block(bytes.flip(), last, 0)) == blockLength(last);
    }

    /**
     * A block, its checksum verified.
     *
     * @param bytes with all of the block's at that index
     */
    Lz4Block block(ByteBuffer bytes, int number, int index) throws MalformedStreamException {
        long at = frame.offset() + blocks[number];
        int size = blocks[number + 1] - blocks[number] - 2 * FIELD;
        int field = Lz4Format.getInt(bytes, index);
        if ((field & ~Lz4Format.STORED) != size) {
            throw new MalformedStreamException(at, "LZ4 block size: expected " + size + ", found " + (field & ~Lz4Format.STORED));
        }
        int expected = Lz4Format.getInt(bytes, index + FIELD + size);
        int found = Lz4Format.checksum(bytes, index + FIELD, size);
        if (expected != found) {
            throw MalformedStreamException.checksum(at,
                    String.format("LZ4 block checksum: expected %08x, found %08x", expected, found));
        }
        return new Lz4Block(at, field >= 0, bytes.slice(index + FIELD, size), OptionalInt.of(expected));
    }

    int blockLength(int number) {
        return Math.min(frame.maxBlockSize(), length - number * frame.maxBlockSize());
    }

    /** From the start of the piece. */
    int blockStart(int number) {
        return blocks[number];
    }

    Lz4FrameStart frame() {
        return frame;
    }

    /** Whether a unit can only be decoded after those before it. */
    public boolean linked() {
        return !frame.independentBlocks();
    }

    /** Decoded bytes of each unit but the last; a power of two. */
    public int unit() {
        return Math.max(UNIT, frame.maxBlockSize());
    }

    /** Decoded bytes of that unit. */
    public int unitLength(int number) {
        return Math.min(unit(), length - number * unit());
    }

    /** Bytes of memory that the layout of a piece of that length takes at most. */
    public static int memory(int length) {
        return OVERHEAD + Integer.BYTES * (length / SMALLEST_BLOCK + 2);
    }

    int firstBlock(int unit) {
        return Math.min(unit * (unit() / frame.maxBlockSize()), blocks.length - 1);
    }
}
