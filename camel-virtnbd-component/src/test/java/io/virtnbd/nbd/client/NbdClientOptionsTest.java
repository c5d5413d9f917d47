/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NbdClientOptionsTest {

    @Test
    void hasDefaults() {
        NbdClientOptions options = NbdClientOptions.defaults();
        assertThat(options.connectTimeout()).hasSeconds(10);
        assertThat(options.requestTimeout()).hasSeconds(60);
        assertThat(options.idleTimeout()).hasSeconds(30);
        assertThat(options.flushTimeout()).hasMinutes(10);
        assertThat(options.pipelineDepth()).isEqualTo(32);
        assertThat(options.connections()).isEqualTo(1);
        assertThat(options.metaContexts()).containsExactly("base:allocation");
        assertThat(options.sslContext()).isEmpty();
    }

    private static Stream<NbdClientOptions.Builder> refused() {
        return Stream.of(
                NbdClientOptions.builder().connectTimeout(Duration.ZERO),
                NbdClientOptions.builder().requestTimeout(Duration.ofMillis(-1)),
                NbdClientOptions.builder().idleTimeout(Duration.ofSeconds(Long.MAX_VALUE)),
                NbdClientOptions.builder().pipelineDepth(0),
                NbdClientOptions.builder().pipelineDepth(129),
                NbdClientOptions.builder().connections(0),
                NbdClientOptions.builder().connections(17),
                NbdClientOptions.builder().metaContexts(List.of("a:a", "a:a")),
                NbdClientOptions.builder().metaContexts(List.of("nonamespace")),
                NbdClientOptions.builder().metaContexts(List.of(":leaf")),
                NbdClientOptions.builder().maxPayload(65535),
                NbdClientOptions.builder().maxStatusExtents(0));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatMakesNoSense(NbdClientOptions.Builder builder) {
        assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void limitsBlockSizesToItsOwnMaximumPayload() {
        assertThat(BlockSize.advertised(4096, 1 << 20, 0xffffffffL, 100_000)).isEqualTo(new BlockSize(4096, 65536, 98304));
        assertThat(BlockSize.defaults(65536)).isEqualTo(new BlockSize(1, 4096, 65536));
    }
}
