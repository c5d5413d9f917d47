/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Finds the LZ4 frames and blocks of one payload after the other, without decoding. A payload has no length of its own: it ends
 * where CR LF stands in place of another LZ4 frame's magic number.
 */
final class Lz4PayloadScanner {

    private static final int MAGIC_LENGTH = 4;

    private final StreamSource source;
    private long dataLength;
    private long frameOffset;
    private boolean anyFrame;
    private boolean anyBlock;
    private Lz4FrameStart frame;

    Lz4PayloadScanner(StreamSource source) {
        this.source = source;
    }

    /** Starts with the payload of a data frame of that length, at the source's position. */
    void begin(long length) {
        dataLength = length;
        anyFrame = false;
        frame = null;
    }

    /** The LZ4 frame whose blocks come next, or {@code null} between LZ4 frames. */
    Lz4FrameStart currentFrame() {
        return frame;
    }

    /**
     * Reads the next piece, or returns {@code null} before the CR LF that ends the payload.
     *
     * @param target takes the bytes of a block; within an LZ4 frame it has room for its largest block
     */
    Lz4Element next(ByteBuffer target) throws IOException {
        if (frame == null) {
            return isAtEnd() ? null : frameStart();
        }
        long offset = source.position();
        ByteBuffer bytes = source.require(4, "LZ4 block size");
        int field = Lz4Format.getInt(bytes, bytes.position());
        bytes.position(bytes.position() + 4);
        return field == Lz4Format.END_MARK ? frameEnd(offset) : block(offset, field, target);
    }

    private boolean isAtEnd() throws IOException {
        ByteBuffer bytes = source.require(2, "LZ4 frame or CR LF");
        int at = bytes.position();
        boolean end = bytes.get(at) == '\r' && bytes.get(at + 1) == '\n';
        if (end && !anyFrame) {
            throw new MalformedStreamException(source.position(), "LZ4 payload: expected at least one LZ4 frame, found CR LF");
        }
        return end;
    }

    private Lz4FrameStart frameStart() throws IOException {
        frameOffset = source.position();
        ByteBuffer bytes = source.require(MAGIC_LENGTH + 3, "LZ4 frame descriptor");
        int magic = Lz4Format.getInt(bytes, bytes.position());
        if (magic != Lz4Format.MAGIC) {
            boolean skippable = (magic & ~0xf) == Lz4Format.SKIPPABLE_MAGIC;
            throw malformed(0, "magic number: expected " + hex(Lz4Format.MAGIC) + ", found " + hex(magic)
                    + (skippable ? ", a skippable frame" : ""));
        }
        int flags = bytes.get(bytes.position() + MAGIC_LENGTH);
        int maxBlockSize = maxBlockSize(flags, bytes.get(bytes.position() + MAGIC_LENGTH + 1));
        boolean sized = (flags & Lz4Format.CONTENT_SIZE) != 0;
        int length = sized ? 10 : 2;
        bytes = source.require(MAGIC_LENGTH + length + 1, "LZ4 frame descriptor");
        int at = bytes.position() + MAGIC_LENGTH;
        byte expected = Lz4Format.headerChecksum(bytes, at, length);
        if (bytes.get(at + length) != expected) {
            throw malformed(MAGIC_LENGTH + length, "descriptor checksum: expected " + hex(expected & 0xff) + ", found "
                    + hex(bytes.get(at + length) & 0xff));
        }
        frame = new Lz4FrameStart(frameOffset, (flags & Lz4Format.INDEPENDENT_BLOCKS) != 0,
                (flags & Lz4Format.BLOCK_CHECKSUMS) != 0, (flags & Lz4Format.CONTENT_CHECKSUM) != 0,
                maxBlockSize,
                sized ? OptionalLong.of(contentSize(Lz4Format.getLong(bytes, at + 2))) : OptionalLong.empty());
        bytes.position(at + length + 1);
        anyFrame = true;
        anyBlock = false;
        return frame;
    }

    private int maxBlockSize(int flags, int descriptor) throws MalformedStreamException {
        int wanted = Lz4Format.VERSION_MASK | Lz4Format.RESERVED | Lz4Format.DICTIONARY;
        if ((flags & wanted) != Lz4Format.VERSION) {
            throw malformed(MAGIC_LENGTH, "flags: expected version 01, no reserved bit and no dictionary, found "
                    + hex(flags & 0xff));
        }
        int code = descriptor >>> 4;
        if ((descriptor & 0x8f) != 0 || code < 4) {
            throw malformed(MAGIC_LENGTH + 1, "block descriptor: expected a block size code of 4 to 7 and no reserved bit,"
                    + " found " + hex(descriptor & 0xff));
        }
        return Lz4Format.maxBlockSize(code);
    }

    private long contentSize(long size) throws MalformedStreamException {
        if (size <= 0 || size > dataLength) {
            throw malformed(MAGIC_LENGTH + 2, "content size: expected 1 to the data frame's length of " + dataLength
                    + ", found " + Long.toUnsignedString(size));
        }
        return size;
    }

    private Lz4Block block(long offset, int field, ByteBuffer target) throws IOException {
        int size = field & ~Lz4Format.STORED;
        if (size == 0 || size > frame.maxBlockSize()) {
            throw new MalformedStreamException(offset, "LZ4 block size: expected 1 to " + frame.maxBlockSize() + ", found "
                    + size);
        }
        ByteBuffer data = target.slice(target.position(), size);
        source.readFully(data, "LZ4 block");
        target.position(target.position() + size);
        OptionalInt checksum = frame.blockChecksums() ? OptionalInt.of(checksum("LZ4 block checksum")) : OptionalInt.empty();
        anyBlock = true;
        return new Lz4Block(offset, field >= 0, data.flip(), checksum);
    }

    private Lz4FrameEnd frameEnd(long offset) throws IOException {
        if (!anyBlock) {
            throw new MalformedStreamException(offset, "LZ4 frame: expected at least one block, found its end");
        }
        OptionalInt checksum = frame.contentChecksum() ? OptionalInt.of(checksum("LZ4 content checksum")) : OptionalInt.empty();
        frame = null;
        return new Lz4FrameEnd(offset, checksum, source.position() - frameOffset);
    }

    private int checksum(String what) throws IOException {
        ByteBuffer bytes = source.require(4, what);
        int value = Lz4Format.getInt(bytes, bytes.position());
        bytes.position(bytes.position() + 4);
        return value;
    }

    private MalformedStreamException malformed(int index, String message) {
        return new MalformedStreamException(frameOffset + index, "LZ4 frame " + message);
    }

    private static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }
}
