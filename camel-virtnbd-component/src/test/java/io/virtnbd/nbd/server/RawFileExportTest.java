/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.protocol.NbdRequestException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RawFileExportTest extends ExportContract {

    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;
    private final List<RawFileExport> exports = new ArrayList<>();

    @Override
    protected Export create(long size) throws IOException {
        Path file = Files.createTempFile(directory, "disk", ".raw");
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            random.setLength(size);
        }
        return keep(RawFileExport.writable(file));
    }

    private RawFileExport keep(RawFileExport export) {
        exports.add(export);
        return export;
    }

    @AfterEach
    void closeExports() throws IOException {
        for (RawFileExport export : exports) {
            export.close();
        }
    }

    /** Data in the first and the fifth MiB of six. */
    private Path sparseFile() throws IOException {
        Path file = directory.resolve("sparse ä.raw");
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            random.setLength(6 * MIB);
            random.write(new byte[MIB]);
            random.seek(4 * MIB);
            random.write(new byte[MIB]);
        }
        return file;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void reportsTheHolesOfTheFile() throws IOException {
        RawFileExport export = keep(RawFileExport.readOnly(sparseFile()));
        assertThat(extents(export, 0, 6 * MIB)).containsExactly(
                new Extent(0, MIB, ExtentType.DATA), new Extent(MIB, 3 * MIB, ExtentType.ZERO),
                new Extent(4 * MIB, MIB, ExtentType.DATA), new Extent(5 * MIB, MIB, ExtentType.ZERO));
        assertThat(extents(export, 4 * MIB + 5, 10)).containsExactly(new Extent(4 * MIB + 5, 10, ExtentType.DATA));
        assertThat(extents(export, 2 * MIB, 10)).containsExactly(new Extent(2 * MIB, 10, ExtentType.ZERO));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void makesHolesThatItThenReports() throws IOException {
        RawFileExport export = keep(RawFileExport.writable(sparseFile()));
        assertThat(extents(export, 0, MIB)).containsExactly(new Extent(0, MIB, ExtentType.DATA));
        export.trim(0, MIB / 2);
        export.writeZeroes(4 * MIB, MIB, false);
        assertThat(extents(export, 0, 6 * MIB)).containsExactly(new Extent(0, MIB / 2, ExtentType.ZERO),
                new Extent(MIB / 2, MIB / 2, ExtentType.DATA), new Extent(MIB, 5 * MIB, ExtentType.ZERO));
        export.write(2 * MIB, ByteBuffer.allocate(MIB));
        assertThat(extents(export, 2 * MIB, MIB)).containsExactly(new Extent(2 * MIB, MIB, ExtentType.DATA));
    }

    @Test
    void failsWhereTheFileWasCutShort() throws IOException {
        Path file = sparseFile();
        RawFileExport export = keep(RawFileExport.readOnly(file));
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            random.setLength(2 * MIB);
        }
        assertThat(extents(export, 3 * MIB, MIB)).containsExactly(new Extent(3 * MIB, MIB, ExtentType.DATA));
        assertThat(extents(export, MIB, 2 * MIB)).containsExactly(new Extent(MIB, 2 * MIB, ExtentType.DATA));
        assertThatThrownBy(() -> export.read(2 * MIB - 1, ByteBuffer.allocate(2)))
                .isInstanceOf(EOFException.class).hasMessageContaining("ends at 2097152, expected 6291456 bytes");
    }

    @Test
    void believesNoHolesOfAnotherFileOfTheSameName() throws IOException {
        Path file = sparseFile();
        RawFileExport export = keep(RawFileExport.readOnly(file));
        Path other = directory.resolve("other");
        try (RandomAccessFile random = new RandomAccessFile(other.toFile(), "rw")) {
            random.setLength(6 * MIB);
        }
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(extents(export, 0, 6 * MIB)).containsExactly(new Extent(0, 6 * MIB, ExtentType.DATA));
    }

    @Test
    void isReadOnlyOrWritableAsOpened() throws IOException {
        Path file = sparseFile();
        assertThat(keep(RawFileExport.writable(file)).readOnly()).isFalse();
        RawFileExport readOnly = keep(RawFileExport.readOnly(file));
        assertThat(readOnly.readOnly()).isTrue();
        assertThatThrownBy(() -> readOnly.write(0, ByteBuffer.allocate(1)))
                .isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> RawFileExport.readOnly(directory.resolve("none"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> RawFileExport.readOnly(directory)).hasMessageContaining("is a directory");
    }

    @Test
    void failsWhenClosed() throws IOException {
        RawFileExport export = keep(RawFileExport.writable(sparseFile()));
        extents(export, 0, 1);
        export.close();
        assertThatThrownBy(() -> export.read(0, ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> export.trim(0, 1)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> export.write(0, ByteBuffer.allocate(1))).isInstanceOf(IOException.class)
                .isNotInstanceOf(NbdRequestException.class);
    }
}
