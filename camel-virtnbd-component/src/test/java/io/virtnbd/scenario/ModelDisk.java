/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import io.virtnbd.scenario.StreamFlavour.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The content of a disk as bytes, and a guest that changes it at random. */
final class ModelDisk {
    private final String name;
    private byte[] content;

    ModelDisk(String name, int size) {
        this.name = name;
        this.content = new byte[size];
    }

    String name() {
        return name;
    }

    /** As it is now. */
    byte[] content() {
        return content.clone();
    }

    int size() {
        return content.length;
    }

    void grow(int bytes) {
        content = Arrays.copyOf(content, content.length + bytes);
    }

    /** Writes noise, what compresses, and zeroes. */
    void change(Random random, int requests) {
        for (int i = 0; i < requests && content.length > 0; i++) {
            int length = 1 + random.nextInt(Math.min(content.length, 1 + content.length / 6));
            int start = random.nextInt(content.length - length + 1);
            switch (random.nextInt(4)) {
                case 0 -> {
                    byte[] noise = new byte[length];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, content, start, length);
                }
                case 1 -> Arrays.fill(content, start, start + length, (byte) random.nextInt(256));
                case 2 -> {
                    for (int j = 0; j < length; j++) {
                        content[start + j] = (byte) (j / 50 + i);
                    }
                }
                default -> Arrays.fill(content, start, start + length, (byte) 0);
            }
        }
    }

    /** The whole disk in ranges, without a gap. */
    List<Range> whole(Random random) {
        return cut(random, 0, content.length, true);
    }

    /**
     * The ranges, in blocks, that differ from what the disk was before, and some that do not.
     *
     * @param zeroes whether those that are zeroes may become zero frames
     */
    List<Range> since(byte[] before, Random random, boolean zeroes) {
        int block = 512 << random.nextInt(4);
        byte[] padded = Arrays.copyOf(before, content.length);
        List<Range> ranges = new ArrayList<>();
        for (int at = 0; at < content.length;) {
            int end = at;
            while (end < content.length && differs(padded, end, Math.min(content.length, end + block), random)) {
                end = Math.min(content.length, end + block);
            }
            if (end > at) {
                ranges.addAll(cut(random, at, end, zeroes));
            }
            at = end + block;
        }
        return ranges;
    }

    private boolean differs(byte[] before, int from, int to, Random random) {
        return random.nextInt(100) == 0 || Arrays.mismatch(before, from, to, content, from, to) >= 0;
    }

    private List<Range> cut(Random random, int from, int to, boolean zeroes) {
        List<Range> ranges = new ArrayList<>();
        int most = Math.max(1, Math.min(to - from, 4096 << random.nextInt(10)));
        for (int at = from; at < to;) {
            int length = Math.min(to - at, 1 + random.nextInt(most));
            int start = at;
            int end = at + length;
            at = end;
            ranges.add(new Range(start, length, zeroes && isZero(start, end) && random.nextInt(8) > 0));
        }
        return ranges;
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (content[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
