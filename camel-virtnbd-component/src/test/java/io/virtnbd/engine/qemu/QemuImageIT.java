/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresTools({"qemu-img", "qemu-nbd"})
class QemuImageIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;
    private Path image;

    @BeforeEach
    void create() {
        image = directory.resolve("vda.qcow2");
        Tool.run("qemu-img", "create", "-q", "-f", "qcow2", image.toString(), Long.toString(8 * MIB));
    }

    private void bitmap(Path file, String... options) {
        String[] command = new String[options.length + 3];
        command[0] = "qemu-img";
        command[1] = "bitmap";
        System.arraycopy(options, 0, command, 2, options.length - 1);
        command[options.length + 1] = file.toString();
        command[options.length + 2] = options[options.length - 1];
        Tool.run(command);
    }

    @Test
    void anImageWithoutBitmapsHasASize() throws Exception {
        QemuImage found = QemuImage.read(image, "qcow2");
        assertThat(found.virtualSize()).isEqualTo(8 * MIB);
        assertThat(found.bitmaps()).isEmpty();
        assertThat(found.broken()).isEmpty();
        assertThat(found.backing()).isEmpty();
    }

    @Test
    void aRawImageHasTheSizeOfItsFileInWholeSectorsWhateverIsInIt() throws Exception {
        QemuImage found = QemuImage.read(image, "raw");
        assertThat(found.virtualSize()).isEqualTo((Files.size(image) + 511) / 512 * 512);
        assertThat(found.bitmaps()).isEmpty();
    }

    @Test
    void onlyABitmapThatRecordsIsUsable() throws Exception {
        bitmap(image, "--add", "p.0");
        bitmap(image, "--add", "p.1");
        bitmap(image, "--add", "--disable", "p.2");
        QemuImage found = QemuImage.read(image, "qcow2");
        assertThat(found.bitmaps()).containsExactlyInAnyOrder("p.0", "p.1");
        assertThat(found.broken()).containsExactly("p.2");
    }

    @Test
    void aBitmapWhoseProgramWasKilledIsBroken() throws Exception {
        bitmap(image, "--add", "p.0");
        markInUse();
        QemuImage found = QemuImage.read(image, "qcow2");
        assertThat(found.bitmaps()).isEmpty();
        assertThat(found.broken()).containsExactly("p.0");
    }

    /** As a program does that opens the image to write, and undoes when it ends well; see QEMU's docs/interop/qcow2.txt. */
    private void markInUse() throws IOException {
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long directoryOffset = bitmapDirectoryOffset(file);
            ByteBuffer flags = ByteBuffer.allocate(4);
            file.read(flags, directoryOffset + 12);
            flags.putInt(0, flags.getInt(0) | 1);
            file.write(flags.rewind(), directoryOffset + 12);
        }
    }

    private static long bitmapDirectoryOffset(FileChannel file) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(4096);
        file.read(header, 0);
        for (int at = header.getInt(100); header.getInt(at) != 0; at += 8 + (header.getInt(at + 4) + 7) / 8 * 8) {
            if (header.getInt(at) == 0x23852875) {
                return header.getLong(at + 8 + 16);
            }
        }
        throw new AssertionError("the image has no bitmaps");
    }

    @Test
    void bitmapsOfImagesBelowAreToldApart() throws Exception {
        bitmap(image, "--add", "p.0");
        bitmap(image, "--add", "--disable", "p.1");
        Path middle = directory.resolve("middle.qcow2");
        Path top = directory.resolve("top.qcow2");
        Tool.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", image.toString(), "-F", "qcow2", middle.toString());
        Tool.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", middle.toString(), "-F", "qcow2", top.toString());
        bitmap(middle, "--add", "p.2");
        bitmap(top, "--add", "p.0");
        QemuImage found = QemuImage.read(top, "qcow2");
        assertThat(found.virtualSize()).isEqualTo(8 * MIB);
        assertThat(found.bitmaps()).containsExactly("p.0");
        assertThat(found.broken()).isEmpty();
        assertThat(found.backing()).containsExactlyInAnyOrder("p.0", "p.1", "p.2");
    }

    @Test
    void anImageThatIsInUseIsOnlyDescribed() throws Exception {
        try (QemuNbd server = QemuNbd.start(image, "--persistent", "--format=qcow2")) {
            server.awaitListening();
            assertThatThrownBy(() -> QemuImage.read(image, "qcow2")).isInstanceOf(QemuToolException.class)
                    .hasMessageContaining(image.toString()).hasMessageContaining("lock");
            assertThat(QemuImage.info(image, "qcow2")).contains("\"virtual-size\": " + 8 * MIB);
        }
    }

    @Test
    void whatIsNoImageIsNamed() {
        Path missing = directory.resolve("missing.qcow2");
        assertThatThrownBy(() -> QemuImage.read(missing, "qcow2")).isInstanceOf(QemuToolException.class)
                .hasMessageContaining(missing.toString());
        assertThatThrownBy(() -> QemuImage.info(missing, "qcow2")).isInstanceOf(QemuToolException.class)
                .hasMessageContaining(missing.toString());
    }
}
