/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.Trailer;

/** Stands at a frame of a table, or behind the last. Belongs to one thread. */
final class FrameCursor {

    /** The end of a payload. */
    private static final int CR_LF = 2;

    private final FrameTable table;
    private final byte[] codes;
    private long index;
    private int at;
    private boolean zero;
    private long start;
    private long length;
    private long headerOffset;
    private long encodedLength;
    /** Where in the codes the lengths of the LZ4 frames are. */
    private int lengthsAt;

    FrameCursor(FrameTable table, int group) {
        this.table = table;
        this.codes = table.codes();
        index = (long) group * FrameTable.GROUP - 1;
        next();
    }

    boolean isValid() {
        return index < table.count();
    }

    /** Goes on to the next frame, from one that is valid. */
    void next() {
        index++;
        if (!isValid()) {
            return;
        }
        long following = zero ? headerOffset + FrameHeader.LENGTH : headerOffset + FrameHeader.LENGTH + encodedLength + CR_LF;
        long previousEnd = start + length;
        if (index % FrameTable.GROUP == 0) {
            int group = (int) (index / FrameTable.GROUP);
            at = table.groupCode(group);
            previousEnd = table.groupDisk(group);
            following = table.groupFile(group);
        }
        headerOffset = following;
        int flags = codes[at++];
        start = previousEnd + ((flags & FrameTable.GAP) != 0 ? number() : 0);
        if ((flags & FrameTable.OTHER_LENGTH) != 0) {
            length = number();
        }
        zero = (flags & FrameTable.ZERO) != 0;
        if (!zero) {
            lengths();
        }
    }

    private void lengths() {
        if (!table.compressed()) {
            encodedLength = length;
            return;
        }
        lengthsAt = at;
        encodedLength = 0;
        for (long chunks = chunkCount(length); chunks > 0; chunks--) {
            encodedLength += number();
        }
    }

    /** LZ4 frames of a data frame whose places are known one by one. */
    static long chunkCount(long length) {
        return length < Trailer.CHUNKED_FROM ? 1 : (length - 1) / Trailer.CHUNKED_FROM + 1;
    }

    private long number() {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte next = codes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    boolean isZero() {
        return zero;
    }

    /** First byte on the disk. */
    long start() {
        return start;
    }

    long length() {
        return length;
    }

    long end() {
        return start + length;
    }

    /** Where in the stream the frame's header is. */
    long headerOffset() {
        return headerOffset;
    }

    /** Where in the stream the payload is. */
    long payloadOffset() {
        return headerOffset + FrameHeader.LENGTH;
    }

    /** The piece of a compressed payload that holds this byte of the disk. */
    Piece piece(long offset) {
        long number = length < Trailer.CHUNKED_FROM ? 0 : (offset - start) / Trailer.CHUNKED_FROM;
        int kept = at;
        at = lengthsAt;
        long from = payloadOffset();
        for (long each = 0; each < number; each++) {
            from += number();
        }
        long encoded = number();
        at = kept;
        long first = start + number * Trailer.CHUNKED_FROM;
        return new Piece(first, (int) Math.min(Trailer.CHUNKED_FROM, end() - first), from, encoded);
    }

    /**
     * Bytes of a disk that can be decoded without others.
     *
     * @param start         first byte on the disk
     * @param length        bytes of the disk
     * @param offset        first byte in the stream
     * @param encodedLength bytes in the stream
     */
    record Piece(long start, int length, long offset, long encodedLength) {
    }
}
