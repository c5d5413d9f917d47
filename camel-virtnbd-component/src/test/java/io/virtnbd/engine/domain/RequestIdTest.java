/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdTest {

    @ParameterizedTest
    @ValueSource(strings = {"1", "ID:host-1234-5678:1:1", "a b", " x ", "<&\"'>", "größe", "東京", "\uD83D\uDE00", "\uFFFD"})
    void textsOfOneLineAreIds(String id) {
        assertThat(RequestId.check("id", id)).isSameAs(id);
    }

    static Stream<Arguments> refused() {
        return Stream.of(arguments("a\0", "U+0000 at 1"), arguments("a\tb", "U+0009 at 1"), arguments("a\nb", "U+000A at 1"),
                arguments("\u007F", "U+007F at 0"), arguments("\u0085x", "U+0085 at 0"),
                arguments("\uD83D\uDE00\u0007", "U+0007 at 2"), arguments("a\uD83D", "U+D83D at 1"),
                arguments("\uDE00a", "U+DE00 at 0"), arguments("\uFFFE", "U+FFFE at 0"), arguments("\uFFFF", "U+FFFF at 0"),
                arguments("a\u2028", "U+2028 at 1"), arguments("a\u2029", "U+2029 at 1"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void charactersThatALineOfXmlCannotHaveAreRefused(String id, String found) {
        assertThatThrownBy(() -> RequestId.check("header X", id)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("header X").hasMessageContaining("expected 1 to 200 characters")
                .hasMessageEndingWith("found " + found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t \n"})
    void blanksAloneAreRefused(String id) {
        assertThatThrownBy(() -> RequestId.check("header X", id)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("header X").hasMessageEndingWith("found only blanks");
    }

    @Test
    void textsThatAreTooLongAreRefused() {
        assertThat(RequestId.check("id", "x".repeat(200))).hasSize(200);
        assertThatThrownBy(() -> RequestId.check("header X", "x".repeat(201))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("found 201 characters");
    }
}
