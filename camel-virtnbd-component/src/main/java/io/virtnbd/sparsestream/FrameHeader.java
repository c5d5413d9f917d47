/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The header before every frame: {@code kind SP start SP length CR LF}, the two numbers with 16 hexadecimal digits each. */
public final class FrameHeader {

    /** Bytes of a header. */
    public static final int LENGTH = 40;

    private static final int START = 5;
    private static final int SIZE = 22;
    private static final int DIGITS = 16;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private FrameHeader() {
    }

    /**
     * Writes a header at the target's position, and nothing is allocated. The values are the caller's to check.
     *
     * @param start  disk offset in bytes, not negative
     * @param length bytes, not negative
     * @param target direct or heap, of any byte order, with at least {@value #LENGTH} bytes left
     */
    public static void encode(FrameKind kind, long start, long length, ByteBuffer target) {
        int code = kind.code();
        target.put((byte) (code >>> 24)).put((byte) (code >>> 16)).put((byte) (code >>> 8)).put((byte) code).put((byte) ' ');
        putHex(start, target);
        target.put((byte) ' ');
        putHex(length, target);
        target.put((byte) '\r').put((byte) '\n');
    }

    private static void putHex(long value, ByteBuffer target) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            target.put(HEX[(int) (value >>> shift) & 15]);
        }
    }

    /**
     * Reads the header at the source's position, strictly: exactly the digits, in either case, and no other character.
     *
     * @param source  of any kind and byte order; its position moves past the header
     * @param offset  the header's offset in the stream, for the error
     * @throws MalformedStreamException if fewer than {@value #LENGTH} bytes are left, or they are no header: a wrong separator,
     *         an unknown kind, a number of 2^63 or more, an empty or overflowing range, or a start where the kind has none
     */
    public static Frame decode(ByteBuffer source, long offset) throws MalformedStreamException {
        if (source.remaining() < LENGTH) {
            throw new MalformedStreamException(offset, "frame header: expected " + LENGTH + " bytes, found "
                    + source.remaining());
        }
        int base = source.position();
        source.position(base + LENGTH);
        int code = 0;
        for (int i = 0; i < 4; i++) {
            code = code << 8 | source.get(base + i) & 0xff;
        }
        FrameKind kind = FrameKind.ofCode(code);
        if (kind == null) {
            throw new MalformedStreamException(offset, "frame header: expected meta, data, zero, stop or comp, found "
                    + Printable.of(source, base, 4));
        }
        require(source, base, 4, ' ', offset);
        require(source, base, 21, ' ', offset);
        require(source, base, 38, '\r', offset);
        require(source, base, 39, '\n', offset);
        return frame(kind, hex(source, base, START, offset), hex(source, base, SIZE, offset), offset);
    }

    private static Frame frame(FrameKind kind, long start, long length, long offset) throws MalformedStreamException {
        boolean onDisk = kind == FrameKind.DATA || kind == FrameKind.ZERO;
        if (!onDisk && start != 0) {
            throw new MalformedStreamException(offset + START, kind.tag() + " frame: expected start 0, found " + start);
        }
        if (kind == FrameKind.STOP) {
            if (length != 0) {
                throw new MalformedStreamException(offset + SIZE, "stop frame: expected length 0, found " + length);
            }
            return new StopFrame();
        }
        if (!Ranges.isRange(start, length)) {
            throw new MalformedStreamException(offset + START, kind.tag()
                    + " frame: expected a length above 0 that ends below 2^63, found start " + start + ", length " + length);
        }
        return switch (kind) {
            case META -> new MetaFrame(length);
            case DATA -> new DataFrame(start, length);
            case ZERO -> new ZeroFrame(start, length);
            case TRAILER -> new TrailerFrame(length);
            case STOP -> throw new AssertionError(kind);
        };
    }

    private static void require(ByteBuffer source, int base, int index, char expected, long offset)
            throws MalformedStreamException {
        if (source.get(base + index) != expected) {
            throw new MalformedStreamException(offset + index, "frame header: expected " + Printable.of(expected) + ", found "
                    + Printable.of(source, base + index, 1));
        }
    }

    private static long hex(ByteBuffer source, int base, int index, long offset) throws MalformedStreamException {
        long value = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = digit(source.get(base + index + i));
            if (digit < 0) {
                throw new MalformedStreamException(offset + index + i, "frame header: expected a hexadecimal digit, found "
                        + Printable.of(source, base + index + i, 1));
            }
            value = value << 4 | digit;
        }
        if (value < 0) {
            throw new MalformedStreamException(offset + index, "frame header: expected a number below 2^63, found "
                    + Long.toUnsignedString(value));
        }
        return value;
    }

    private static int digit(byte character) {
        if (character >= '0' && character <= '9') {
            return character - '0';
        }
        int lower = character | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}
