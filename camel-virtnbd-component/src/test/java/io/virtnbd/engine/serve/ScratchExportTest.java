/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.ExportContract;
import io.virtnbd.nbd.server.MemoryExport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An export whose writes go to a file: it behaves like any other, and its base stays as it is. */
class ScratchExportTest extends ExportContract {

    private static final int SIZE = 700_001;
    private static final byte[] IDENTITY = new byte[ChainIdentity.LENGTH];

    @TempDir
    Path directory;
    private final List<ScratchExport> open = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (ScratchExport export : open) {
            export.close();
        }
    }

    @Override
    protected Export create(long size) throws IOException {
        return open(new MemoryExport(size), IDENTITY, directory.resolve("scratch" + open.size()), false);
    }

    private ScratchExport open(Export base, byte[] identity, Path file, boolean keep) throws IOException {
        ScratchExport export = ScratchExport.open(base, identity, file, keep);
        open.add(export);
        return export;
    }

    private static byte[] noise(long seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theBaseShowsWhereNothingWasWrittenAndStaysAsItIs(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] model = noise(seed);
        Export base = MemoryExport.of(model);
        Path file = directory.resolve("kept");
        ScratchExport export = open(base, IDENTITY, file, true);
        for (int i = 0; i < 200; i++) {
            int offset = random.nextInt(SIZE);
            int length = 1 + random.nextInt(Math.min(SIZE - offset, 200_000));
            switch (random.nextInt(4)) {
                case 0 -> {
                    byte[] data = new byte[length];
                    random.nextBytes(data);
                    export.write(offset, ByteBuffer.wrap(data));
                    System.arraycopy(data, 0, model, offset, length);
                }
                case 1 -> {
                    export.writeZeroes(offset, length, random.nextBoolean());
                    Arrays.fill(model, offset, offset + length, (byte) 0);
                }
                case 2 -> export.flush();
                default -> {
                    if (random.nextInt(4) == 0) {
                        export.close();
                        export = open(base, IDENTITY, file, true);
                    }
                }
            }
            assertThat(read(export, offset, length)).as("seed %d, round %d", seed, i)
                    .isEqualTo(Arrays.copyOfRange(model, offset, offset + length));
        }
        assertThat(read(export, 0, SIZE)).isEqualTo(model);
        assertThat(read(base, 0, SIZE)).isEqualTo(noise(seed));
    }

    @Test
    void whatWasFlushedIsThereAfterACrash() throws IOException {
        Path file = directory.resolve("kept");
        ScratchExport export = open(MemoryExport.of(noise(1)), IDENTITY, file, true);
        export.write(100_000, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        export.writeZeroes(200_000, 200_000, false);
        export.flush();
        byte[] expected = read(export, 0, SIZE);
        export.write(500_000, ByteBuffer.wrap(new byte[] {4}));

        Path crashed = Files.copy(file, directory.resolve("crashed"));
        assertThat(read(open(MemoryExport.of(noise(1)), IDENTITY, crashed, true), 0, SIZE)).isEqualTo(expected);
    }

    @Test
    void aFileOfAnotherChainIsRefused() throws IOException {
        Path file = directory.resolve("kept");
        open(MemoryExport.of(noise(1)), IDENTITY, file, true).close();
        byte[] other = IDENTITY.clone();
        other[31] = 1;
        assertThatThrownBy(() -> open(MemoryExport.of(noise(1)), other, file, true)).isInstanceOf(ScratchException.class)
                .hasMessageContaining("expected the scratch file of this chain");
        assertThatThrownBy(() -> open(new MemoryExport(SIZE + 1), IDENTITY, file, true)).isInstanceOf(ScratchException.class);
        assertThatThrownBy(() -> open(new MemoryExport(SIZE), IDENTITY, file, false)).isInstanceOf(ScratchException.class)
                .hasMessageContaining("keepScratch");
    }

    @Test
    void somethingElseIsNotOverwritten() throws IOException {
        Path file = Files.writeString(directory.resolve("letter"), "dear reader");
        assertThatThrownBy(() -> open(new MemoryExport(SIZE), IDENTITY, file, true)).isInstanceOf(ScratchException.class)
                .hasMessageContaining("expected a scratch file");
        assertThat(file).hasContent("dear reader");
    }

    @Test
    void aFileInUseIsRefused() throws IOException {
        Path file = directory.resolve("kept");
        open(new MemoryExport(SIZE), IDENTITY, file, true);
        assertThatThrownBy(() -> open(new MemoryExport(SIZE), IDENTITY, file, true)).isInstanceOf(ScratchException.class)
                .hasMessageContaining("in use");
    }

    /** A process loses its lock of a file when it closes another descriptor of it. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aRefusedSecondUseLeavesTheFileLockedForOtherPrograms() throws IOException {
        Path file = directory.resolve("kept");
        open(new MemoryExport(SIZE), IDENTITY, file, true);
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        for (Path path : List.of(file, link)) {
            assertThatThrownBy(() -> open(new MemoryExport(SIZE), IDENTITY, path, true)).isInstanceOf(ScratchException.class);
        }
        assertThat(Files.readString(Path.of("/proc/locks")))
                .containsPattern("WRITE " + ProcessHandle.current().pid() + " \\S+:" + Files.getAttribute(file, "unix:ino") + " ");
    }

    @Test
    void aFileThatIsNotKeptHasNoName() throws IOException {
        ScratchExport export = open(new MemoryExport(SIZE), IDENTITY, directory.resolve("gone"), false);
        export.write(0, ByteBuffer.wrap(new byte[] {1}));
        assertThat(directory).isEmptyDirectory();
        assertThat(read(export, 0, 1)).containsExactly(1);
    }
}
