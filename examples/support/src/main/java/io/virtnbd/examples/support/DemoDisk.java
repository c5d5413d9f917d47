/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import io.virtnbd.engine.ProgressListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A disk to try things on: a sparse raw image of 1 GiB with 256 MiB of text, random bytes, zeroes that were written, and small
 * pieces with holes between. It has the same content each time.
 */
public final class DemoDisk {

    public static final long SIZE = 1L << 30;
    public static final long DATA = 256L << 20;

    private static final int SEED = 20260;
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final byte[][] WORDS = {
        bytes("disk "), bytes("sector "), bytes("backup "), bytes("route "), bytes("checkpoint "), bytes("the "), bytes("of "),
        bytes("restored "), bytes("message "), bytes("and\n"), bytes("stream "), bytes("frame "), bytes("0123456789 ")
    };

    private enum Content { TEXT, RANDOM, ZEROES }

    private record Region(long offset, int length, Content content) {
    }

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final byte[] block = new byte[MIB];

    private DemoDisk() {
    }

    /** Makes the disk in place of what is there. */
    public static void create(Path path, ProgressListener progress) throws IOException {
        new DemoDisk().write(path, progress);
    }

    private void write(Path path, ProgressListener progress) throws IOException {
        Files.deleteIfExists(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            long written = 0;
            for (Region region : regions()) {
                fill(region);
                ByteBuffer buffer = ByteBuffer.wrap(block, 0, region.length());
                for (long at = region.offset(); buffer.hasRemaining();) {
                    at += channel.write(buffer, at);
                }
                written += region.length();
                progress.progress(path.getFileName().toString(), written, DATA);
            }
        }
    }

    private static List<Region> regions() {
        List<Region> regions = new ArrayList<>();
        add(regions, 0, 95 * MIB, Content.TEXT);
        add(regions, 256 * MIB, 96 * MIB, Content.RANDOM);
        add(regions, 400 * MIB, 32 * MIB, Content.ZEROES);
        for (int i = 0; i < 512; i++) {
            regions.add(new Region(512L * MIB + i * 192L * KIB, 64 * KIB, i % 2 == 0 ? Content.TEXT : Content.RANDOM));
        }
        // the very end, which a backup must not miss
        add(regions, SIZE - MIB, MIB, Content.RANDOM);
        return regions;
    }

    private static void add(List<Region> regions, long offset, int length, Content content) {
        for (int at = 0; at < length; at += MIB) {
            regions.add(new Region(offset + at, MIB, content));
        }
    }

    private void fill(Region region) {
        switch (region.content()) {
            case RANDOM -> random.nextBytes(block);
            case ZEROES -> Arrays.fill(block, (byte) 0);
            case TEXT -> {
                for (int at = 0; at < region.length();) {
                    byte[] word = WORDS[random.nextInt(WORDS.length)];
                    int length = Math.min(word.length, region.length() - at);
                    System.arraycopy(word, 0, block, at, length);
                    at += length;
                }
            }
        }
    }

    private static byte[] bytes(String word) {
        return word.getBytes(StandardCharsets.US_ASCII);
    }
}
