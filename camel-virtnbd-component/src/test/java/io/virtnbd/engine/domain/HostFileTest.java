/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFileTest {

    @TempDir
    private Path directory;
    private Path path;
    private HostFile file;

    @BeforeEach
    void write() throws IOException {
        path = Files.writeString(directory.resolve("vmlinuz"), "kernel");
        file = HostFile.of(path);
    }

    @Test
    void isReadAnewEachTime() throws Exception {
        assertThat(file.length()).hasValue(6);
        for (int i = 0; i < 2; i++) {
            try (InputStream content = file.open()) {
                assertThat(content).hasContent("kernel");
            }
        }
    }

    @Test
    void isNotReadWhenItHasAnotherSizeThanWasSaid() throws Exception {
        Files.writeString(path, "another kernel");
        assertThatThrownBy(file::open).isInstanceOf(IOException.class)
                .hasMessageContainingAll(path.toString(), "expected 6 bytes", "found 14");
    }

    @Test
    void failsWhenItIsGone() throws Exception {
        Files.delete(path);
        assertThatThrownBy(file::open).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> HostFile.of(path)).isInstanceOf(NoSuchFileException.class).hasMessageContaining("vmlinuz");
    }
}
