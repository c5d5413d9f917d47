/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UntilTest {

    @Test
    void isTheNewestWhereNothingIsSaid() {
        assertThat(Until.parse(null)).isEqualTo(Until.NEWEST);
        assertThat(Until.parse(" ")).isEqualTo(Until.NEWEST);
    }

    @ParameterizedTest
    @CsvSource({"2026-11-25T18:30, 2026-11-25T18:30:00", "2026-11-25T18:30:15, 2026-11-25T18:30:15",
        "' 2026-11-25T18:30:15.5 ', 2026-11-25T18:30:15.5", "2026-11-25, 2026-11-25T23:59:59.999999999"})
    void readsLocalTimes(String text, LocalDateTime time) {
        assertThat(Until.parse(text)).isEqualTo(Until.time(time));
    }

    @ParameterizedTest
    @CsvSource({"2026-11-25T18:30+01:00, 2026-11-25T17:30:00Z", "2026-11-25T17:30:01Z, 2026-11-25T17:30:01Z"})
    void bringsTimesOfOtherZonesToThatOfTheMachine(String text, Instant instant) {
        assertThat(Until.parse(text)).isEqualTo(Until.time(LocalDateTime.ofInstant(instant, ZoneId.systemDefault())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtnbd.3", "2026-13-45", "20261125", "T", "Test.1", "2026-11-25T", "newest"})
    void takesAllElseForACheckpoint(String text) {
        assertThat(Until.parse(text)).isEqualTo(Until.checkpoint(text));
    }

    @Test
    void readsWhatItWrites() {
        for (Until until : new Until[] {Until.NEWEST, Until.checkpoint("virtnbd.1"), Until.parse("2026-11-25")}) {
            assertThat(Until.parse(until.toString())).isEqualTo(until);
        }
    }

    @Test
    void isNotTwoThings() {
        assertThatThrownBy(() -> new Until(Optional.of("virtnbd.1"), Optional.of(LocalDateTime.MIN)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
