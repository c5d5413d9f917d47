/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadCoverageTest {

    private static final int LENGTH = 64;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithABitForEachByte(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            ReadCoverage coverage = new ReadCoverage(LENGTH);
            BitSet expected = new BitSet();
            int largest = 1 + random.nextInt(LENGTH);
            for (int i = 0; i < 60; i++) {
                int start = random.nextInt(LENGTH + 4);
                int count = 1 + random.nextInt(largest);
                boolean fits = start + count <= LENGTH && expected.get(start, start + count).isEmpty();
                assertThat(coverage.add(start, count)).as("seed %d, round %d: %d+%d", seed, round, start, count)
                        .isEqualTo(fits);
                if (fits) {
                    expected.set(start, start + count);
                }
                assertThat(coverage.firstGap()).isEqualTo(expected.nextClearBit(0));
                assertThat(coverage.isComplete()).isEqualTo(expected.cardinality() == LENGTH);
            }
        }
    }

    @Test
    void doesNotOverflow() {
        ReadCoverage coverage = new ReadCoverage(100);
        assertThat(coverage.add(50, Long.MAX_VALUE)).isFalse();
        assertThat(coverage.add(Long.MAX_VALUE, Long.MAX_VALUE)).isFalse();
        assertThat(coverage.add(-1, 1)).isFalse();
        assertThat(coverage.add(0, 100)).isTrue();
    }
}
