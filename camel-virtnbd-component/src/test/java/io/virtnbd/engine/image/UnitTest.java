/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class UnitTest {

    private static final int LENGTH = 1000;

    private final ArrayPool arrays = new ArrayPool(10 * LENGTH);
    private final PieceCache<Unit> cache = new PieceCache<>(() -> LENGTH);

    private Unit read(int number) throws IOException {
        Unit unit = cache.get(new PieceCache.Key(0, number, 0), () -> new Unit(LENGTH, arrays, content -> Arrays.fill(content, (byte) number)));
        unit.read(0, ByteBuffer.allocate(LENGTH));
        return unit;
    }

    @Test
    void memoryIsUsedAgainWhenTheUnitHasLeftTheCacheAndHasNoReader() throws IOException {
        read(1).release();
        assertThat(arrays.bytes()).isZero();
        read(2).release();
        assertThat(arrays.bytes()).isZero();
        read(3).release();
        assertThat(cache.used()).isEqualTo(LENGTH);
    }

    @Test
    void memoryThatSomebodyReadsIsNotUsedAgain() throws IOException {
        Unit first = read(1);
        Unit second = read(2);
        assertThat(arrays.bytes()).isZero();
        ByteBuffer target = ByteBuffer.allocate(LENGTH);
        first.read(0, target);
        assertThat(target.array()).containsOnly(1);
        first.release();
        assertThat(arrays.bytes()).isEqualTo(LENGTH);
        Unit third = read(3);
        assertThat(arrays.bytes()).isZero();
        second.read(0, target.clear());
        assertThat(target.array()).containsOnly(2);
        second.release();
        third.release();
    }

    @Test
    void thePoolKeepsNoMoreThanItsLimit() {
        ArrayPool pool = new ArrayPool(LENGTH);
        byte[] array = new byte[LENGTH];
        pool.give(new byte[1]);
        pool.give(array);
        assertThat(pool.bytes()).isEqualTo(LENGTH);
        pool.give(new byte[LENGTH + 1]);
        assertThat(pool.bytes()).isLessThanOrEqualTo(LENGTH);
        assertThat(pool.take(LENGTH - 1)).hasSize(LENGTH - 1);
    }
}
