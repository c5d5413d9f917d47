/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static io.virtnbd.engine.restore.StreamBytes.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal that is named belongs to one restore, and is no file of somebody else. */
class NamedJournalTest {

    private static final int SIZE = 4000;

    @TempDir
    Path directory;
    private Path journal;

    @BeforeEach
    void name() {
        journal = directory.resolve("journal");
    }

    private RestoreOptions to(String image) {
        return RestoreOptions.toImage(directory.resolve(image), ImageFormat.RAW).withJournal(journal);
    }

    private static StreamInput segment(int index) {
        return StreamInput.of("segment", new ByteArrayInputStream(
                StreamBytes.full(SIZE).segment(index, 2).data(index * SIZE / 2, filled(SIZE / 2, 5)).bytes()));
    }

    @Test
    void aFileThatIsNoJournalIsLeftAlone() throws IOException {
        Files.writeString(journal, "precious");
        for (boolean resume : new boolean[] {true, false}) {
            assertThatThrownBy(() -> DiskRestore.restore(List.of(segment(0), segment(1)), to("a.raw").withResume(resume)))
                    .isInstanceOf(RestoreException.class).hasMessageContaining(journal + " of image")
                    .hasMessageContaining("found a file that is none or is damaged");
            assertThat(directory.toFile().list()).containsExactly("journal");
        }
        assertThat(journal).hasContent("precious");
    }

    @Test
    void twoRestoresCannotShareOneAtATime() throws IOException {
        try (RestoreSession first = new RestoreSession(to("a.raw")); RestoreSession second = new RestoreSession(to("b.raw"))) {
            first.accept(segment(0), null);
            assertThatThrownBy(() -> second.accept(segment(0), null)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining(journal + " is being written by another restore");
            first.accept(segment(1), null);
            assertThat(first.complete(null).complete()).isTrue();
            second.accept(segment(0), null);
        }
    }

    @Test
    void theOneOfAnInterruptedRestoreIsNotReplacedByThatOfAnotherImage() throws IOException {
        try (RestoreSession first = new RestoreSession(to("a.raw"))) {
            first.accept(segment(0), null);
        }
        assertThatThrownBy(() -> DiskRestore.restore(List.of(segment(0), segment(1)), to("b.raw")))
                .isInstanceOf(RestoreException.class).hasMessageContaining("found that of others to another image");
        try (RestoreSession second = new RestoreSession(to("b.raw"))) {
            assertThatThrownBy(() -> second.accept(segment(0), null)).isInstanceOf(RestoreException.class);
        }
        try (RestoreSession first = new RestoreSession(to("a.raw"))) {
            assertThat(first.accept(segment(0), null).applied()).isFalse();
            first.accept(segment(1), null);
            first.complete(null);
        }
        assertThat(directory.toFile().list()).containsExactly("a.raw");
    }
}
