/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Readers at random and in sequence side by side, some read ahead for, in caches that never have room for all. */
class ConcurrentReadsTest {

    private static final int THREADS = 5;
    private static final int READS = 60;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1,0", "2,700000", "3,2500000", "4,9000000", "5,9000000", "6,12000000", "7,64000000"})
    void eachGetsWhatTheDiskHolds(long seed, long cache) throws Exception {
        RandomChain chain = new RandomChain(directory, new Random(seed)).longestFrame(3 << 20).make(8 << 20, 2);
        byte[] expected = chain.content();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (ChainImage image = ChainImage.open(chain.chain(), new ImageOptions(cache, 3))) {
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(100 * seed + i);
                readers.add(threads.submit(() -> {
                    read(image, expected, random, "seed " + seed);
                    return null;
                }));
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
            // a frame without units is one piece
            assertThat(image.cachedBytes()).as("seed %d", seed).isLessThanOrEqualTo(Math.max(cache, 3 << 20));
        } finally {
            threads.shutdownNow();
        }
    }

    private static void read(ChainImage image, byte[] expected, Random random, String description) throws IOException {
        int next = 0;
        for (int i = 0; i < READS; i++) {
            int length = 1 + random.nextInt(random.nextBoolean() ? 5000 : 600_000);
            boolean sequential = random.nextInt(4) > 0 && next + length < expected.length;
            int offset = sequential ? next : random.nextInt(expected.length - length);
            next = offset + length;
            if (random.nextBoolean()) {
                image.expect(next, Math.min(random.nextInt(2 << 20), expected.length - next));
            }
            byte[] found = new byte[length];
            image.read(offset, ByteBuffer.wrap(found));
            assertThat(Arrays.equals(found, 0, length, expected, offset, next)).as("%s, %d bytes at %d", description, length, offset)
                    .isTrue();
        }
    }
}
