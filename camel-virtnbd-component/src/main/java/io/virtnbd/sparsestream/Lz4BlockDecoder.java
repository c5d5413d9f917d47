/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import net.jpountz.lz4.LZ4Exception;

/**
 * Decodes one LZ4 block whose matches may reach back over what stands before it in the same array. It is the plain form of the
 * algorithm, for blocks that are too small, or too near to their frame's start, for {@link Lz4Window}'s faster way.
 */
final class Lz4BlockDecoder {

    private static final int MIN_MATCH = 4;
    private static final int LONG = 15;

    private final byte[] source;
    private final int sourceEnd;
    private final byte[] target;
    private final int targetEnd;
    private int read;
    private int written;

    private Lz4BlockDecoder(byte[] source, int from, int length, byte[] target, int at, int limit) {
        this.source = source;
        this.sourceEnd = from + length;
        this.target = target;
        this.targetEnd = at + limit;
        this.read = from;
        this.written = at;
    }

    /**
     * Decodes a block.
     *
     * @param history index of the first byte of the target that matches may reach
     * @param at      index in the target where the decoded bytes go
     * @param limit   decoded bytes at most
     * @return decoded bytes
     * @throws LZ4Exception if the bytes are no LZ4 block of at most {@code limit} bytes
     */
    static int decode(byte[] source, int from, int length, byte[] target, int history, int at, int limit) {
        Lz4BlockDecoder decoder = new Lz4BlockDecoder(source, from, length, target, at, limit);
        while (decoder.sequence(history)) {
            // a sequence is literals and a match; the last one has no match
        }
        return decoder.written - at;
    }

    private boolean sequence(int history) {
        int token = next();
        int literals = length(token >>> 4);
        if (literals > sourceEnd - read || literals > targetEnd - written) {
            throw new LZ4Exception("run of " + literals + " literals where " + (sourceEnd - read) + " are left and "
                    + (targetEnd - written) + " fit");
        }
        System.arraycopy(source, read, target, written, literals);
        read += literals;
        written += literals;
        if (read == sourceEnd) {
            return false;
        }
        int offset = next() | next() << 8;
        int match = length(token & LONG) + MIN_MATCH;
        if (offset == 0 || offset > written - history || match > targetEnd - written) {
            throw new LZ4Exception("match of " + match + " bytes " + offset + " back where " + (written - history)
                    + " are and " + (targetEnd - written) + " fit");
        }
        copy(offset, match);
        return true;
    }

    // a match may overlap what it writes and then repeats itself: each round has twice as much to copy from
    private void copy(int offset, int length) {
        int from = written - offset;
        int end = written + length;
        while (written < end) {
            int count = Math.min(written - from, end - written);
            System.arraycopy(target, from, target, written, count);
            written += count;
        }
    }

    private int length(int start) {
        int length = start;
        if (start == LONG) {
            int more;
            do {
                more = next();
                length += more;
            } while (more == 0xff);
        }
        return length;
    }

    private int next() {
        if (read == sourceEnd) {
            throw new LZ4Exception("block ends within a sequence");
        }
        return source[read++] & 0xff;
    }
}
