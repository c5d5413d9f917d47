/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartialImageTest {

    @TempDir
    Path directory;
    private Path image;
    private Path partial;

    @BeforeEach
    void name() {
        image = directory.resolve("disk.img");
        partial = directory.resolve("disk.img.partial");
    }

    @Test
    void aRefusedClaimLeavesTheFirstOneAlone() throws IOException {
        try (PartialImage first = PartialImage.claim(image, false)) {
            Files.writeString(first.path(), "first");

            assertThatThrownBy(() -> PartialImage.claim(image, true)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("disk.img.partial is being written by another restore");

            assertThat(partial).hasContent("first");
            publish(first);
        }
        assertOnlyImage("first");
    }

    @Test
    void anotherSpellingOfThePathIsTheSameImage() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("real")));
        try (PartialImage first = PartialImage.claim(directory.resolve("real/disk.img"), false)) {
            assertThat(first.path()).hasFileName("disk.img.partial");
            assertThatThrownBy(() -> PartialImage.claim(link.resolve("disk.img"), false)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("another restore");
        }
    }

    @Test
    void refusesAnImageThatAnotherProcessIsWritingUntilThatEnds() throws Exception {
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
                "-cp", System.getProperty("java.class.path"), ClaimHolder.class.getName(), image.toString()).start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('c');
            Files.writeString(partial, "other");

            assertThatThrownBy(() -> PartialImage.claim(image, false)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("another restore");
            // the refused one must not have taken the other's lock away
            assertThatThrownBy(() -> PartialImage.claim(image, false)).isInstanceOf(RestoreException.class);
            assertThat(partial).hasContent("other");
        } finally {
            other.destroyForcibly();
            assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        try (PartialImage claimed = PartialImage.claim(image, false)) {
            assertThat(partial).doesNotExist();
            Files.writeString(claimed.path(), "mine");
            publish(claimed);
        }
        assertOnlyImage("mine");
    }

    /** Claims an image, says so and waits to be killed. */
    static final class ClaimHolder {

        private ClaimHolder() {
        }

        public static void main(String[] arguments) throws Exception {
            PartialImage.claim(Path.of(arguments[0]), false);
            System.out.print('c');
            System.out.flush();
            System.in.read();
        }
    }

    @Test
    void canBeClaimedAgainWhenItWasGivenUp() throws IOException {
        for (int i = 0; i < 3; i++) {
            try (PartialImage claimed = PartialImage.claim(image, false)) {
                Files.createFile(claimed.path());
            }
            assertThat(directory).isEmptyDirectory();
        }
    }

    @Test
    void closingTwiceDoesNotGiveUpTheClaimOfTheNext() throws IOException {
        PartialImage first = PartialImage.claim(image, false);
        first.close();
        try (PartialImage second = PartialImage.claim(image, false)) {
            Files.writeString(second.path(), "second");
            first.close();

            assertThat(partial).hasContent("second");
            assertThatThrownBy(() -> PartialImage.claim(image, false)).isInstanceOf(RestoreException.class);
        }
    }

    @Test
    void doesNotReplaceAnImageThatAppearsMeanwhile() throws IOException {
        try (PartialImage claimed = PartialImage.claim(image, false)) {
            Files.writeString(claimed.path(), "mine");
            Files.writeString(image, "foreign");

            assertThatThrownBy(() -> publish(claimed)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("overwrite is off");
        }
        assertOnlyImage("foreign");
    }

    @Test
    void replacesAnImageWhenItMay() throws IOException {
        Files.writeString(image, "old");
        assertThatThrownBy(() -> PartialImage.claim(image, false)).isInstanceOf(RestoreException.class)
                .hasMessageContaining("overwrite is off");

        try (PartialImage claimed = PartialImage.claim(image, true)) {
            Files.writeString(claimed.path(), "new");
            assertThat(image).hasContent("old");
            publish(claimed);
        }
        assertOnlyImage("new");
    }

    @Test
    void aLeftoverThatIsAnotherNameOfTheImageIsNotWrittenTo() throws IOException {
        Files.writeString(image, "whole");
        Files.createLink(partial, image);

        try (PartialImage claimed = PartialImage.claim(image, true)) {
            Files.writeString(claimed.path(), "begun");
        }
        assertOnlyImage("whole");
    }

    @Test
    void refusesToReplaceADirectory() throws IOException {
        Files.createDirectory(image);

        assertThatThrownBy(() -> PartialImage.claim(image, true)).isInstanceOf(RestoreException.class)
                .hasMessageContaining("disk.img is a directory");
        assertThat(directory.toFile().list()).containsExactly("disk.img");
    }

    @Test
    void refusesToWriteOverADirectory() throws IOException {
        Files.createDirectory(partial);

        assertThatThrownBy(() -> PartialImage.claim(image, true)).isInstanceOf(RestoreException.class)
                .hasMessageContaining("disk.img.partial is a directory");
        assertThat(directory.toFile().list()).containsExactly("disk.img.partial");
    }

    @Test
    void namesTheDirectoryThatIsMissing() {
        assertThatThrownBy(() -> PartialImage.claim(directory.resolve("missing/disk.img"), true))
                .isInstanceOf(RestoreException.class).hasMessageContaining("missing/disk.img");
    }

    @Test
    void aFailureToPublishNamesTheImage() throws IOException {
        try (PartialImage claimed = PartialImage.claim(image, false)) {
            Files.writeString(claimed.path(), "content");
            FileChannel closed = FileChannel.open(claimed.path(), StandardOpenOption.WRITE);
            closed.close();

            assertThatThrownBy(() -> claimed.publish(closed)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("disk.img");
        }
        assertThat(directory).isEmptyDirectory();
    }

    private static void publish(PartialImage claimed) throws IOException {
        try (FileChannel content = FileChannel.open(claimed.path(), StandardOpenOption.WRITE)) {
            claimed.publish(content);
        }
    }

    private void assertOnlyImage(String content) {
        assertThat(directory.toFile().list()).containsExactly("disk.img");
        assertThat(image).hasContent(content);
    }
}
