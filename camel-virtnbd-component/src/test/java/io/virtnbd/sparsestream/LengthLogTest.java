/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LengthLogTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void givesBackWhatWasAppended(long seed) {
        Random random = new Random(seed);
        long[] values = new long[60_000];
        LengthLog log = new LengthLog();
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextLong() >>> 1 + random.nextInt(63);
            log.append(values[i]);
            if (i < 200 || i % 10_007 == 0) {
                assertThat(read(log, i + 1)).as("after %d numbers, seed %d", i + 1, seed)
                        .isEqualTo(Arrays.copyOf(values, i + 1));
            }
        }
        assertThat(read(log, values.length)).isEqualTo(values);
    }

    private static long[] read(LengthLog log, int count) {
        LengthLog.Cursor cursor = log.cursor();
        long[] read = new long[count];
        for (int i = 0; i < count; i++) {
            read[i] = cursor.next();
        }
        return read;
    }
}
