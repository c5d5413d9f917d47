/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleArgumentsTest {

    @TempDir
    private Path directory;

    private static ExampleArguments parse(String... args) throws ExampleException {
        return ExampleArguments.parse("demo", List.of("plain", "segments"), args);
    }

    @Test
    void writesToADirectoryOfTheExamplesNameUnlessToldOtherwise() throws Exception {
        assertThat(parse().output()).isEqualTo(Path.of("demo-output"));
        assertThat(parse("--output", "a b").output()).isEqualTo(Path.of("a b"));
    }

    @Test
    void takesWordsThatTheExampleKnows() throws Exception {
        assertThat(parse("segments").words()).containsExactly("segments");
        assertThatThrownBy(() -> parse("sectors")).isInstanceOf(ExampleException.class)
                .hasMessage("unknown argument 'sectors'");
    }

    @Test
    void takesAFileThatIsThere() throws Exception {
        Path file = Files.createFile(directory.resolve("my.properties"));

        assertThat(parse("--properties", file.toString()).properties()).contains(file);
        assertThatThrownBy(() -> parse("--properties", file + "2")).isInstanceOf(ExampleException.class)
                .hasMessage("there is no file '" + file + "2'");
        assertThatThrownBy(() -> parse("--properties")).isInstanceOf(ExampleException.class)
                .hasMessage("option --properties needs a value");
    }
}
