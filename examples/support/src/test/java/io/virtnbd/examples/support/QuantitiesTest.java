/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantitiesTest {

    @ParameterizedTest
    @CsvSource({"0, 0 bytes", "999, 999 bytes", "1000, 1.0 kB", "999949, 999.9 kB", "999950, 1.0 MB", "268435456, 268.4 MB",
        "1073741824, 1.07 GB", "8796093022208, 8.80 TB", "9223372036854775807, 9.22 EB"})
    void writesBytes(long count, String expected) {
        assertThat(Quantities.bytes(count)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"500000000, 1000000000, 500 MB/s", "7300000, 1000000000, 7.3 MB/s", "9960000, 1000000000, 10 MB/s",
        "0, 1000000000, - MB/s", "5, 0, - MB/s"})
    void writesSpeeds(long bytes, long nanos, String expected) {
        assertThat(Quantities.speed(bytes, nanos)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0 s", "540000000, 0.5 s", "59940000000, 59.9 s", "59960000000, 1:00 min", "125000000000, 2:05 min",
        "3725000000000, 1:02:05 h"})
    void writesDurations(long nanos, String expected) {
        assertThat(Quantities.duration(nanos)).isEqualTo(expected);
    }
}
