/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.server.RawFileExport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawImageTargetTest {

    /** No file system has files of that size. */
    private static final long TOO_FAR = Long.MAX_VALUE - 100;

    @TempDir
    Path directory;

    @Test
    void namesTheImageThatCannotBeWritten() throws IOException {
        try (RestoreTarget target = new RawImageTarget(image(), 10)) {
            ByteBuffer buffer = target.acquire().put((byte) 1).flip();

            assertThatThrownBy(() -> target.write(TOO_FAR, buffer)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("disk.raw");
        }
    }

    @Test
    void leavesNothingBehindWhenItCannotBegin() throws IOException {
        assertThatThrownBy(() -> new RawImageTarget(image(), TOO_FAR)).isInstanceOf(RestoreException.class);

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void refusesAnImageThatAnotherRestoreIsWriting() throws IOException {
        try (RestoreTarget first = new RawImageTarget(image(), 10)) {
            assertThatThrownBy(() -> new RawImageTarget(image(), 10)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("another restore");
            first.complete();
        }

        assertThat(Files.size(directory.resolve("disk.raw"))).isEqualTo(10);
    }

    @Test
    void removesWhatWasNotCompleted() throws IOException {
        try (RestoreTarget target = new RawImageTarget(image(), 10)) {
            target.zero(0, 10);
        }

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void leavesNothingBehindWhenInterrupted() throws IOException {
        try (RestoreTarget target = new RawImageTarget(image(), 10)) {
            ByteBuffer buffer = target.acquire().put((byte) 1).flip();
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> target.write(0, buffer)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("disk.raw").hasCauseInstanceOf(ClosedByInterruptException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void leavesNothingBehindWhenInterruptedAtTheEnd() throws IOException {
        try (RestoreTarget target = new RawImageTarget(image(), 10)) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(target::complete).isInstanceOf(RestoreException.class).hasMessageContaining("disk.raw");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        assertThat(directory).isEmptyDirectory();
    }

    /** A guest's fstrim can zero most of a large disk between two backups. */
    @Test
    void makesHolesOfZeroes() throws IOException {
        long size = 1L << 30;
        long hole = 256 << 20;
        try (RestoreTarget target = new RawImageTarget(image(), size)) {
            ByteBuffer buffer = target.acquire();
            while (buffer.hasRemaining()) {
                buffer.put((byte) 1);
            }
            target.write(hole - target.pieceSize() / 2, buffer.flip());
            target.zero(hole, size - hole);
            target.complete();
        }

        List<Extent> extents = new ArrayList<>();
        try (RawFileExport image = RawFileExport.readOnly(directory.resolve("disk.raw"))) {
            image.extents(0, size, extents::add);
            ByteBuffer content = ByteBuffer.allocate(1 << 20);
            image.read(hole - content.capacity() / 2, content);
            assertThat(content.array()).startsWith(0, 0).endsWith(0, 0);
            assertThat(content.get(content.capacity() / 2 - 1)).isEqualTo((byte) 1);
            assertThat(content.get(content.capacity() / 2)).isZero();
            assertThat(image.size()).isEqualTo(size);
        }
        assertThat(extents.get(extents.size() - 1)).satisfies(last -> {
            assertThat(last.type()).isEqualTo(ExtentType.ZERO);
            assertThat(last.offset()).isEqualTo(hole);
        });
    }

    @Test
    void aWriteToAClosedTargetNamesTheImage() throws IOException {
        RestoreTarget target = new RawImageTarget(image(), 10);
        target.close();

        assertThatThrownBy(() -> target.zero(0, 1)).isInstanceOf(RestoreException.class).hasMessageContaining("disk.raw");
    }

    private PartialImage image() throws IOException {
        return PartialImage.claim(directory.resolve("disk.raw"), false);
    }
}
