/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static io.virtnbd.engine.restore.StreamBytes.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs loop devices; without them, as in most containers, nothing is tested. */
@RequiresTools({"losetup", "mkfs.ext4", "mount"})
class BlockDeviceIT {

    private static final int SIZE = 16 << 20;

    @TempDir
    private Path directory;
    private Path backing;
    private Path device;

    @BeforeEach
    void attach() throws IOException {
        backing = Files.write(directory.resolve("backing"), filled(SIZE + 4096, 0xee));
        Tool.Result attached = Tool.tryRun("losetup", "--find", "--show", backing.toString());
        assumeTrue(attached.exitCode() == 0, () -> "no loop device: " + attached.output());
        device = Path.of(attached.output().strip());
    }

    @AfterEach
    void detach() {
        if (device != null) {
            Tool.run("losetup", "--detach", device.toString());
        }
    }

    private RestoreOptions options() {
        return RestoreOptions.toImage(device, ImageFormat.QCOW2).withOverwrite(true).withVerify(true);
    }

    private static StreamInput input(StreamBytes stream) {
        byte[] bytes = stream.bytes();
        return new StreamInput() {
            @Override
            public String name() {
                return "stream";
            }

            @Override
            public ByteArrayInputStream open() {
                return new ByteArrayInputStream(bytes);
            }

            @Override
            public boolean reopenable() {
                return true;
            }
        };
    }

    private static List<StreamInput> chain() {
        return List.of(input(StreamBytes.full(SIZE - 4096).data(0, filled(1 << 20, 1)).zero(1 << 20, SIZE - 4096 - (1 << 20))),
                input(StreamBytes.increment(SIZE, "cp.0", "cp.1").zero(0, 8192).data(2 << 20, filled(4096, 2))));
    }

    @Test
    void isWrittenRawAsFarAsTheDiskGoes() throws IOException {
        DiskRestore.restore(chain(), options());

        byte[] expected = new byte[SIZE];
        Arrays.fill(expected, 8192, 1 << 20, (byte) 1);
        Arrays.fill(expected, 2 << 20, (2 << 20) + 4096, (byte) 2);
        byte[] found = Files.readAllBytes(backing);
        assertThat(Arrays.copyOf(found, SIZE)).isEqualTo(expected);
        assertThat(Arrays.copyOfRange(found, SIZE, SIZE + 4096)).containsOnly(0xee);
    }

    @Test
    void isNeverWrittenUnaskedNorWhenItIsTooSmall() throws IOException {
        assertThatThrownBy(() -> DiskRestore.restore(chain(), options().withOverwrite(false)))
                .isInstanceOf(RestoreException.class).hasMessageContaining("overwrite=true");
        assertThatThrownBy(() -> DiskRestore.restore(List.of(input(StreamBytes.full(2 * SIZE).zero(0, 2 * SIZE))), options()))
                .isInstanceOf(RestoreException.class).hasMessageContaining("expected at least the " + 2 * SIZE);
        assertThat(Files.readAllBytes(backing)).containsOnly(0xee);
    }

    @Test
    void isNotWrittenWhileItIsMountedOrBeingRestored() throws IOException {
        Tool.run("mkfs.ext4", "-q", device.toString());
        Path mounted = Files.createDirectory(directory.resolve("mounted"));
        Tool.run("mount", device.toString(), mounted.toString());
        try {
            assertThatThrownBy(() -> DiskRestore.restore(chain(), options())).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("expected it not to be in use");
        } finally {
            Tool.run("umount", mounted.toString());
        }
        try (BlockDevice first = BlockDevice.claim(device, true)) {
            assertThatThrownBy(() -> DiskRestore.restore(chain(), options())).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("expected it not to be in use");
        }
        DiskRestore.restore(chain(), options());
    }

    @Test
    void aRestoreWithAJournalGoesOnWhereItWas() throws IOException {
        byte[] full = StreamBytes.full(SIZE).data(0, filled(SIZE / 2, 1)).data(SIZE / 2, filled(SIZE / 2, 1)).bytes();
        RestoreOptions options = options().withVerify(false).withJournal(directory.resolve("journal")).withSyncInterval(1);
        StreamInput broken = StreamInput.of("broken", new FilterInputStream(new ByteArrayInputStream(full)) {
            private int left = SIZE * 3 / 4;

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int count = super.read(target, offset, Math.min(length, left));
                left -= count;
                if (count == 0) {
                    throw new IOException("connection lost");
                }
                return count;
            }
        });
        assertThatThrownBy(() -> DiskRestore.restore(List.of(broken), options)).hasMessage("connection lost");
        assertThat(RestoreJournal.read(directory.resolve("journal")).orElseThrow().progress(0).end()).isEqualTo(SIZE / 2);

        DiskRestore.restore(List.of(StreamInput.of("again", new ByteArrayInputStream(full))), options);

        assertThat(Arrays.copyOf(Files.readAllBytes(backing), SIZE)).containsOnly(1);
        assertThat(directory.resolve("journal")).doesNotExist();
    }
}
