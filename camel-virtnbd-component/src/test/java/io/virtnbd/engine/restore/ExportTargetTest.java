/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static io.virtnbd.engine.restore.StreamBytes.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.protocol.TransmissionFlags;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.NbdServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ExportTargetTest {

    private static final int SIZE = 1 << 20;

    @TempDir
    Path directory;

    private static RestoreResult restore(NbdUri uri, StreamInput... inputs) throws IOException {
        return DiskRestore.restore(List.of(inputs), RestoreOptions.toExport(uri));
    }

    private static StreamInput zeroesAndData(int size) {
        return StreamBytes.full(size).zero(0, size - 8192).data(size - 8192, filled(8192, 7)).input("full");
    }

    private static byte[] expected(int size, int total) {
        byte[] expected = filled(total, 0xee);
        ByteBuffer.wrap(expected).put(new byte[size - 8192]).put(filled(8192, 7));
        return expected;
    }

    @Test
    void writesZeroesWhereTheServerCannotAndDoesNotFlushWhereItCannot() throws Exception {
        try (PlainServer server = new PlainServer(filled(SIZE, 0xee), 0, 1)) {
            restore(server.uri(), zeroesAndData(SIZE));

            server.awaitEnd();
            assertThat(server.content()).isEqualTo(expected(SIZE, SIZE));
            assertThat(server.commands()).containsOnly("WRITE", "DISC");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, SIZE - 4096})
    void writesWholeBlocks(int size) throws Exception {
        try (PlainServer server = new PlainServer(filled(SIZE, 0xee), 0, 4096)) {
            restore(server.uri(), zeroesAndData(size));

            assertThat(server.content()).isEqualTo(expected(size, SIZE));
        }
    }

    @Test
    void mayEndUnalignedWhereTheExportEnds() throws Exception {
        int size = SIZE - 100;
        try (PlainServer server = new PlainServer(filled(size, 0xee), 0, 4096)) {
            restore(server.uri(), StreamBytes.full(size).zero(0, 4096).data(4096, filled(size - 4096, 7)).input("full"));

            assertThat(server.content()).startsWith(0, 0).endsWith(7, 7);
        }
    }

    @Test
    void refusesADiskThatEndsWithinABlockBeforeItWrites() throws Exception {
        try (PlainServer server = new PlainServer(new byte[SIZE], 0, 4096)) {
            assertThatThrownBy(() -> restore(server.uri(), zeroesAndData(SIZE - 100))).isInstanceOf(RestoreException.class)
                    .hasMessageContaining(server.uri().toString()).hasMessageContaining("blocks of 4096 bytes");

            server.awaitEnd();
            assertThat(server.commands()).containsExactly("DISC");
        }
    }

    @Test
    void refusesAFrameThatIsNotOfWholeBlocks() throws Exception {
        StreamBytes data = StreamBytes.full(SIZE).data(0, filled(1000, 1)).zero(1000, SIZE - 1000);
        StreamBytes zeroes = StreamBytes.full(SIZE).zero(0, 1000).data(1000, filled(SIZE - 1000, 1));
        byte[] lz4Frame = Lz4Frames.of(filled(1000, 1), true);
        StreamBytes lz4 = StreamBytes.full(SIZE).lz4(0, 1000, lz4Frame).zero(1000, SIZE - 1000);
        Path file = Files.write(directory.resolve("data"), data.bytes());
        for (StreamInput input : List.of(data.input("data"), StreamInput.of(file), zeroes.input("zeroes"), lz4.input("lz4"))) {
            try (PlainServer server = new PlainServer(new byte[SIZE], 0, 4096)) {
                assertThatThrownBy(() -> restore(server.uri(), input)).as(input.name()).isInstanceOf(RestoreException.class)
                        .hasMessageContaining(server.uri().toString()).hasMessageContaining("minimum block size 4096");
                server.awaitEnd();
            }
        }
    }

    @Test
    void refusesAReadOnlyExport() throws Exception {
        try (PlainServer server = new PlainServer(new byte[SIZE], TransmissionFlags.READ_ONLY, 1)) {
            assertThatThrownBy(() -> restore(server.uri(), zeroesAndData(SIZE))).isInstanceOf(RestoreException.class)
                    .hasMessageContaining(server.uri() + " is read-only");
            server.awaitEnd();
            assertThat(server.commands()).containsExactly("DISC");
        }
    }

    @Test
    void refusesAnExportThatIsSmallerThanTheGrownDisk() throws Exception {
        try (PlainServer server = new PlainServer(new byte[SIZE], 0, 1)) {
            assertThatThrownBy(() -> restore(server.uri(), zeroesAndData(SIZE),
                    StreamBytes.increment(SIZE + 1, "cp.0", "cp.1").input("1"))).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("has 1048576 bytes, expected at least the 1048577");
            server.awaitEnd();
            assertThat(server.commands()).containsExactly("DISC");
        }
    }

    @Test
    void namesTheExportThatIsFull() throws Exception {
        try (PlainServer server = new PlainServer(new byte[SIZE], 0, 1, 1)) {
            assertThatThrownBy(() -> restore(server.uri(), zeroesAndData(SIZE))).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("cannot write to export " + server.uri()).hasMessageContaining("ENOSPC");
            server.awaitEnd();
        }
    }

    /** A server that writes them would leave the connection idle for too long. */
    @Test
    void asksForFewZeroesAtATime() throws Exception {
        LargestZero export = new LargestZero();
        try (NbdServer server = NbdServer.builder().export("", export).unixSocket(directory.resolve("s")).build()) {
            server.start();
            restore(NbdUri.parse(server.uri("")), StreamBytes.full(export.size()).zero(0, export.size()).input("zeroes"));
        }
        assertThat(export.largest).isLessThanOrEqualTo(32 << 20);
        assertThat(export.zeroed).isEqualTo(export.size());
    }

    /** Takes zeroes only, which take no time. */
    private static final class LargestZero implements Export {

        private long largest;
        private long zeroed;

        @Override
        public long size() {
            return 10L << 30;
        }

        @Override
        public boolean readOnly() {
            return false;
        }

        @Override
        public void read(long offset, ByteBuffer target) throws IOException {
            throw new IOException("is not read");
        }

        @Override
        public synchronized void writeZeroes(long offset, long length, boolean keepAllocated) {
            largest = Math.max(largest, length);
            zeroed += length;
        }
    }
}
