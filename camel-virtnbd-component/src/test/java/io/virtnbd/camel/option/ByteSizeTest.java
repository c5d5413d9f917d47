/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({"0,0", "65536,65536", "5b,5", "64k,65536", "64K,65536", "64kb,65536", "64 KiB,65536", "16m,16777216",
        "1GB,1073741824", "2T,2199023255552", "9223372036854775807,9223372036854775807"})
    void readsSizes(String text, long bytes) {
        assertThat(ByteSize.parse("size", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "-1", "1.5m", "64x", "64mm", "0x10", "1 m b", "9223372036854775808", "8388608t",
        "99999999999999999999"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> ByteSize.parse("segmentSize", text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("segmentSize is '" + text + "', expected ");
    }
}
