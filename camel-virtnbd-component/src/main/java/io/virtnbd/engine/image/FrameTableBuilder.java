/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.ZeroFrame;
import java.util.Arrays;

/** Makes the table of a stream, frame by frame. */
final class FrameTableBuilder {

    /** Of one stream: some 30 to 200 million frames. */
    private static final int MOST_BYTES = 256 << 20;
    private static final int LONGEST_NUMBER = 9;

    private final boolean compressed;
    private byte[] codes = new byte[64];
    private int used;
    private long[] groupDisk = new long[1];
    private long[] groupFile = new long[1];
    private int[] groupCode = new int[1];
    private int groups;
    private long count;
    private long length;
    private long end;
    private long covered;

    FrameTableBuilder(boolean compressed) {
        this.compressed = compressed;
    }

    /**
     * @param frame          a data or zero frame
     * @param headerOffset   where in the stream its header is
     * @param payloadLengths of its LZ4 frames, where it is a compressed data frame
     * @throws MalformedStreamException if the lengths are not as many as its length asks for, or there are too many frames
     */
    void add(Frame frame, long headerOffset, long[] payloadLengths) throws MalformedStreamException {
        boolean zero = frame instanceof ZeroFrame;
        int lengths = compressed && !zero ? payloadLengths.length : 0;
        ensureRoom(1 + LONGEST_NUMBER * (2L + lengths), headerOffset);
        if (count % FrameTable.GROUP == 0) {
            group(frame.start(), headerOffset);
        }
        boolean gap = frame.start() != end;
        boolean otherLength = frame.length() != length;
        codes[used++] = (byte) ((gap ? FrameTable.GAP : 0) | (otherLength ? FrameTable.OTHER_LENGTH : 0)
                | (zero ? FrameTable.ZERO : 0));
        if (gap) {
            number(frame.start() - end);
        }
        if (otherLength) {
            number(frame.length());
        }
        if (lengths > 0) {
            if (lengths != FrameCursor.chunkCount(frame.length())) {
                throw new MalformedStreamException(headerOffset, "expected a payload of " + frame.length() + " bytes in "
                        + FrameCursor.chunkCount(frame.length()) + " LZ4 frames, 32 MiB each, found " + lengths);
            }
            for (long each : payloadLengths) {
                number(each);
            }
        }
        length = frame.length();
        end = frame.end();
        covered += frame.length();
        count++;
    }

    private void group(long start, long headerOffset) {
        if (groups == groupDisk.length) {
            int more = groups + (groups >> 1) + 1;
            groupDisk = Arrays.copyOf(groupDisk, more);
            groupFile = Arrays.copyOf(groupFile, more);
            groupCode = Arrays.copyOf(groupCode, more);
        }
        groupDisk[groups] = start;
        groupFile[groups] = headerOffset;
        groupCode[groups] = used;
        groups++;
        end = start;
        length = 0;
    }

    private void ensureRoom(long bytes, long offset) throws MalformedStreamException {
        if (codes.length - used < bytes) {
            if (used + bytes > MOST_BYTES) {
                throw new MalformedStreamException(offset, "expected frames whose index takes at most " + MOST_BYTES
                        + " bytes, found more");
            }
            codes = Arrays.copyOf(codes, (int) Math.min(MOST_BYTES, Math.max(codes.length + (codes.length >> 1), used + bytes)));
        }
    }

    private void number(long value) {
        long rest = value;
        while (rest > 0x7f) {
            codes[used++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        codes[used++] = (byte) rest;
    }

    FrameTable build() {
        return new FrameTable(Arrays.copyOf(codes, used), compressed, Arrays.copyOf(groupDisk, groups),
                Arrays.copyOf(groupFile, groups), Arrays.copyOf(groupCode, groups), count, count == 0 ? 0 : end, covered);
    }
}
