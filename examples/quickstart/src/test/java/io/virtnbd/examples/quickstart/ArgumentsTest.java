/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.examples.support.ExampleException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

    @Test
    void needsNone() throws Exception {
        Arguments arguments = Arguments.parse();

        assertThat(arguments.help()).isFalse();
        assertThat(arguments.nbdUri()).isEmpty();
        assertThat(arguments.image()).isEmpty();
        assertThat(arguments.output()).isEqualTo(Path.of("quickstart-output"));
        assertThat(arguments.compression()).isEqualTo("none");
    }

    @Test
    void takesValuesBehindABlankOrAnEqualsSign() throws Exception {
        Arguments arguments = Arguments.parse("--nbd=nbd+unix:///vda?socket=/run/nbd.sock", "--output", "out",
                "--compression=lz4");

        assertThat(arguments.nbdUri()).contains("nbd+unix:///vda?socket=/run/nbd.sock");
        assertThat(arguments.output()).isEqualTo(Path.of("out"));
        assertThat(arguments.compression()).isEqualTo("lz4");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--speed | unknown option '--speed'",
        "--output | option --output needs a value",
        "--output= | option --output needs a value",
        "--compression zip | compression 'zip', expected none or lz4",
        "--nbd http://localhost/ | not an NBD URI: 'http://localhost/'",
        "no-such.raw | there is no image file 'no-such.raw'",
        "pom.xml pom.xml | two images, ",
        "pom.xml --nbd nbd://localhost/ | an image and --nbd"})
    void refusesWhatMakesNoSense(String line, String message) {
        assertThatThrownBy(() -> Arguments.parse(line.split(" "))).isInstanceOf(ExampleException.class)
                .hasMessageStartingWith(message);
    }
}
