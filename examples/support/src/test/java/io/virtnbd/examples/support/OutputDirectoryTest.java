/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputDirectoryTest {

    @TempDir
    private Path directory;

    @Test
    void takesADirectoryThatIsNewOrEmptyOrItsOwn() throws Exception {
        Path output = directory.resolve("a/b");

        assertThat(OutputDirectory.open(output, "quickstart").path()).isDirectory();
        Files.writeString(output.resolve("demo-disk.raw"), "of the last run");
        assertThat(OutputDirectory.open(output, "quickstart").path()).isEqualTo(output);
        assertThat(OutputDirectory.open(Files.createDirectory(directory.resolve("empty")), "quickstart").path()).isDirectory();
    }

    @Test
    void refusesADirectoryOfSomebodyElse() throws Exception {
        Files.writeString(directory.resolve("letter.txt"), "precious");

        assertThatThrownBy(() -> OutputDirectory.open(directory, "quickstart")).isInstanceOf(ExampleException.class)
                .hasMessageContaining("has files that are not of the example quickstart");
        assertThat(directory).isDirectoryContaining("glob:**/letter.txt").isDirectoryNotContaining("glob:**/.quickstart");
    }

    @Test
    void refusesAFile() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> OutputDirectory.open(file, "quickstart")).isInstanceOf(ExampleException.class)
                .hasMessageContaining("is not a directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"100%25", "really?", "back\\slash", "${body}", "{{place}}"})
    void refusesAPathThatARouteWouldReadOtherwise(String name) {
        Path output = directory.resolve(name);

        assertThatThrownBy(() -> OutputDirectory.open(output, "quickstart")).isInstanceOf(ExampleException.class)
                .hasMessageContaining("cannot be the directory of a file endpoint");
        assertThat(output).doesNotExist();
    }
}
