/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.examples.support.ExampleException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageComparisonTest {

    /** Several pieces, and a part of one. */
    private static final int SIZE = (6 << 20) + 12_345;

    @TempDir
    private Path directory;
    private final byte[] content = new byte[SIZE];
    private final ProgressBar progress = new ProgressBar(new PrintStream(new ByteArrayOutputStream()), false);
    private Path source;

    @BeforeEach
    void makeSource() throws IOException {
        new Random(7).nextBytes(content);
        source = Files.write(directory.resolve("source.raw"), content);
        progress.begin("compare");
    }

    private long compareWith(byte[] restored) throws Exception {
        Path image = Files.write(directory.resolve("restored.raw"), restored);
        try (SourceDisk disk = SourceDisk.serve(source)) {
            return ImageComparison.compare(disk.uri(), image, progress);
        }
    }

    @Test
    void comparesEveryByte() throws Exception {
        assertThat(compareWith(content)).isEqualTo(SIZE);
    }

    @Test
    void findsOneByteThatDiffersWhereverItIs() {
        for (int offset : new int[] {0, (1 << 20) - 1, 1 << 20, 3_333_333, SIZE - 1}) {
            byte[] damaged = content.clone();
            damaged[offset] ^= 1;

            assertThatThrownBy(() -> compareWith(damaged)).isInstanceOf(ExampleException.class)
                    .hasMessageContaining("byte " + offset + " differs: ");
        }
    }

    @Test
    void findsAnImageOfAnotherSize() {
        assertThatThrownBy(() -> compareWith(new byte[SIZE + 1])).isInstanceOf(ExampleException.class)
                .hasMessage("the restored image has " + (SIZE + 1) + " bytes, the source " + SIZE);
    }
}
