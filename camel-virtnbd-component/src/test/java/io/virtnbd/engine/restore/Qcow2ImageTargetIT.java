/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static io.virtnbd.engine.restore.StreamBytes.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@RequiresTools({"qemu-img", "qemu-nbd", "qemu-io"})
@Timeout(120)
class Qcow2ImageTargetIT {

    private static final int SIZE = 1 << 20;

    @TempDir
    Path directory;

    private Qcow2ImageTarget target(boolean overwrite) throws IOException {
        return target(overwrite, SIZE);
    }

    private Qcow2ImageTarget target(boolean overwrite, long size) throws IOException {
        PartialImage image = PartialImage.claim(directory.resolve("disk.qcow2"), overwrite);
        try {
            Qcow2ImageTarget.create(image, size, "");
        } catch (IOException e) {
            image.close();
            throw e;
        }
        return new Qcow2ImageTarget(image, NbdClientOptions.defaults(), size, null);
    }

    private static void fill(RestoreTarget target, int value) throws IOException {
        ByteBuffer buffer = target.acquire();
        buffer.put(filled(buffer.capacity(), value)).flip();
        target.write(0, buffer);
        target.drain();
    }

    private void assertOnlyImage(int value) {
        assertThat(directory.toFile().list()).containsExactly("disk.qcow2");
        assertThat(Tool.run("qemu-io", "-r", "-f", "qcow2", "-c", "read -P " + value + " 0 64k",
                directory.resolve("disk.qcow2").toString())).doesNotContain("failed");
        Tool.run("qemu-img", "check", "-f", "qcow2", directory.resolve("disk.qcow2").toString());
    }

    @Test
    void aRefusedRestoreLeavesTheFirstOneAlone() throws IOException {
        try (Qcow2ImageTarget first = target(false)) {
            fill(first, 1);

            assertThatThrownBy(() -> target(true)).isInstanceOf(RestoreException.class).hasMessageContaining("another restore");
            assertThatThrownBy(() -> new RawImageTarget(PartialImage.claim(directory.resolve("disk.qcow2"), true), SIZE))
                    .isInstanceOf(RestoreException.class).hasMessageContaining("another restore");

            first.complete();
        }
        assertOnlyImage(1);
    }

    @Test
    void replacesAnImage() throws IOException {
        for (int value = 1; value <= 2; value++) {
            try (Qcow2ImageTarget target = target(true)) {
                fill(target, value);
                target.complete();
            }
            assertOnlyImage(value);
        }
    }

    @Test
    void doesNotReplaceAnImageThatAppearsMeanwhile() throws IOException {
        try (Qcow2ImageTarget target = target(false)) {
            Files.writeString(directory.resolve("disk.qcow2"), "foreign");

            assertThatThrownBy(target::complete).isInstanceOf(RestoreException.class).hasMessageContaining("overwrite is off");
        }
        assertThat(directory.toFile().list()).containsExactly("disk.qcow2");
        assertThat(directory.resolve("disk.qcow2")).hasContent("foreign");
    }

    @Test
    void leavesNothingBehindWhenInterrupted() {
        byte[] bytes = StreamBytes.full(SIZE).data(0, filled(SIZE, 1)).bytes();
        StreamInput interrupting = new StreamInput() {
            @Override
            public String name() {
                return "interrupting";
            }

            @Override
            public InputStream open() {
                return new FilterInputStream(new ByteArrayInputStream(bytes)) {
                    private int taken;

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        int count = super.read(target, offset, Math.min(length, 4096));
                        taken += count;
                        if (taken > SIZE / 2) {
                            Thread.currentThread().interrupt();
                        }
                        return count;
                    }
                };
            }

            @Override
            public boolean reopenable() {
                return false;
            }
        };

        assertThatThrownBy(() -> DiskRestore.restore(List.of(interrupting),
                RestoreOptions.toImage(directory.resolve("disk.qcow2"), ImageFormat.QCOW2)))
                .isInstanceOf(RestoreException.class).hasMessageContaining("disk.qcow2");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void leavesNothingBehindWhenTheImageCannotBeMade() {
        assertThatThrownBy(() -> target(false, Long.MAX_VALUE)).isInstanceOf(RestoreException.class)
                .hasMessageContaining("qemu-img");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void restoresADiskThatGrewAndWasZeroed() throws IOException {
        DiskRestore.restore(List.of(StreamBytes.full(SIZE).data(0, filled(SIZE, 1)).input("full"),
                        StreamBytes.increment(2 * SIZE, "cp.0", "cp.1").zero(65536, 65536).data(SIZE, filled(4096, 2))
                                .input("1")),
                RestoreOptions.toImage(directory.resolve("disk.qcow2"), ImageFormat.QCOW2));

        assertThat(Tool.run("qemu-io", "-r", "-f", "qcow2", "-c", "read -P 1 0 64k", "-c", "read -P 0 64k 64k",
                "-c", "read -P 1 128k 896k", "-c", "read -P 2 1M 4k", "-c", "read -P 0 1028k 1020k",
                directory.resolve("disk.qcow2").toString())).doesNotContain("failed");
    }
}
