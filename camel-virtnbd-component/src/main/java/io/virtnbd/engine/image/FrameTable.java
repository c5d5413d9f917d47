/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.util.Arrays;

/**
 * Where the frames of one stream are, on the disk and in the stream. Immutable. Frames are coded one after the other, in some
 * bytes each: what is as expected, such as a frame that follows its predecessor and has its length, takes one bit. Where in the
 * stream a frame is follows from the lengths of those before it.
 */
final class FrameTable {

    /** Frames from one entry of the directory to the next. */
    static final int GROUP = 64;

    static final int GAP = 1;
    static final int OTHER_LENGTH = 2;
    static final int ZERO = 4;

    private final byte[] codes;
    private final boolean compressed;
    private final long[] groupDisk;
    private final long[] groupFile;
    private final int[] groupCode;
    private final long count;
    private final long end;
    private final long covered;

    /** Takes the arrays over. */
    FrameTable(byte[] codes, boolean compressed, long[] groupDisk, long[] groupFile, int[] groupCode, long count, long end,
            long covered) {
        this.codes = codes;
        this.compressed = compressed;
        this.groupDisk = groupDisk;
        this.groupFile = groupFile;
        this.groupCode = groupCode;
        this.count = count;
        this.end = end;
        this.covered = covered;
    }

    byte[] codes() {
        return codes;
    }

    boolean compressed() {
        return compressed;
    }

    long groupDisk(int group) {
        return groupDisk[group];
    }

    long groupFile(int group) {
        return groupFile[group];
    }

    int groupCode(int group) {
        return groupCode[group];
    }

    /** Data and zero frames. */
    long count() {
        return count;
    }

    /** Where on the disk the first frame starts; only where there is one. */
    long start() {
        return groupDisk[0];
    }

    /** Where on the disk the last frame ends; 0 where there is none. */
    long end() {
        return end;
    }

    /** Whether a range between the first and the last frame is in none. */
    boolean hasGaps() {
        return count > 0 && covered != end - start();
    }

    /** Bytes of memory that it takes, but for some dozens. */
    long memory() {
        return codes.length + 20L * groupDisk.length;
    }

    /** Stands at the first frame that ends behind that byte of the disk, if there is one. */
    FrameCursor from(long offset) {
        int found = Arrays.binarySearch(groupDisk, offset);
        int group = found >= 0 ? found : Math.max(-found - 2, 0);
        FrameCursor cursor = new FrameCursor(this, group);
        while (cursor.isValid() && cursor.end() <= offset) {
            cursor.next();
        }
        return cursor;
    }
}
