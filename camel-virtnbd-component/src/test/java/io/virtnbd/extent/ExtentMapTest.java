/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtentMapTest {

    @Test
    void mergesNeighboursOfOneType() {
        ExtentMap map = ExtentMap.builder()
                .append(10, ExtentType.DATA).append(20, ExtentType.DATA).append(5, ExtentType.ZERO).build();

        assertThat(map).containsExactly(new Extent(0, 30, ExtentType.DATA), new Extent(30, 5, ExtentType.ZERO));
        assertThat(map.count()).isEqualTo(2);
        assertThat(map.size()).isEqualTo(35);
        assertThat(map.bytes(ExtentType.DATA)).isEqualTo(30);
    }

    @Test
    void isEmptyForAnEmptyDisk() {
        assertThat(ExtentMap.of(0, ExtentType.DATA)).isEmpty();
    }

    @Test
    void refusesAnExtentWithoutLength() {
        assertThatThrownBy(() -> ExtentMap.builder().append(0, ExtentType.DATA)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesADiskOfMoreThanTwoToThe61Bytes() {
        ExtentMap.Builder builder = ExtentMap.builder().append((1L << 61) - 1, ExtentType.ZERO);

        assertThatThrownBy(() -> builder.append(1, ExtentType.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void givesBackWhatWasAppended(long seed) {
        Random random = new Random(seed);
        List<Extent> expected = new ArrayList<>();
        ExtentMap.Builder builder = ExtentMap.builder();
        ExtentType last = null;
        for (int i = 0; i < 2000; i++) {
            ExtentType type = ExtentType.values()[random.nextInt(3)];
            if (type == last) {
                continue;
            }
            last = type;
            long length = 1 + (random.nextLong() >>> 15 + random.nextInt(48));
            expected.add(new Extent(builder.end(), length, type));
            builder.append(length, type);
        }

        assertThat(builder.build()).containsExactlyElementsOf(expected);
    }
}
