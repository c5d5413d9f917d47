/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.Until;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of virtnbdbackup, with payloads of 32 MiB and more of linked blocks. */
class LinkedBlocksTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void readTheSameAtAnyPositionAsFrontToBack(long seed) throws Exception {
        Path golden = Path.of(LinkedBlocksTest.class.getResource("/golden/lz4").toURI());
        Chain chain = BackupDirectory.read(golden).chain("vda", Until.NEWEST);
        Random random = new Random(seed);
        long cache = random.nextInt(6 << 20);
        try (ChainImage image = ChainImage.open(chain, ImageOptions.DEFAULT);
                ChainImage other = ChainImage.open(chain, new ImageOptions(cache, 1))) {
            byte[] expected = read(image, 0, (int) image.size());
            for (int i = 0; i < 100; i++) {
                int length = 1 + random.nextInt(random.nextBoolean() ? 5000 : 700_000);
                int offset = random.nextInt(expected.length - length);
                assertThat(Arrays.equals(read(other, offset, length), 0, length, expected, offset, offset + length))
                        .as("seed %d, %d bytes at %d", seed, length, offset).isTrue();
                assertThat(other.cachedBytes()).isLessThanOrEqualTo(Math.max(cache, 1 << 20));
            }
        }
    }

    private static byte[] read(ChainImage image, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        image.read(offset, buffer);
        return buffer.array();
    }
}
