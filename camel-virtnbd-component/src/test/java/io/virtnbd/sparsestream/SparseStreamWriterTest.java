/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparseStreamWriterTest {

    private static final StreamMetadata PLAIN = StreamMetadata.builder().virtualSize(4096).dataSize(20).incremental(true)
            .build();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void writesThePlainStreamsOfTheReferenceByteForByte() throws IOException {
        for (Path stream : GoldenStreams.chain("plain")) {
            out.reset();
            try (SparseStreamReader reader = SparseStreamReader.open(FileChannel.open(stream));
                    SparseStreamWriter writer = new SparseStreamWriter(out, reader.metadata())) {
                copy(reader, writer);
            }
            assertThat(Arrays.equals(out.toByteArray(), GoldenStreams.read(stream))).as(stream.toString()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, true", "4, true", "5, true", "6, false"})
    void writesWhatTheReaderReads(long seed, boolean compressed) throws IOException {
        Random random = new Random(seed);
        byte[] disk = Lz4Samples.mixed(3 << 20, seed);
        byte[] kinds = new byte[disk.length >>> 12];
        random.nextBytes(kinds);
        long dataSize = 0;
        for (int i = 0; i < kinds.length; i++) {
            kinds[i] = (byte) (kinds[i] & 1);
            dataSize += kinds[i] * 4096L;
        }
        StreamMetadataBuilder builder = StreamMetadata.builder().virtualSize(disk.length).dataSize(dataSize);
        try (SparseStreamWriter writer = new SparseStreamWriter(out, (compressed ? builder.compressed(1) : builder).build())) {
            for (int from = 0, to; from < kinds.length; from = to) {
                for (to = from + 1; to < kinds.length && kinds[to] == kinds[from] && random.nextInt(9) > 0; to++) {
                    // a frame of a random number of clusters
                }
                if (kinds[from] == 1) {
                    ByteBuffer bytes = ByteBuffer.wrap(disk, from << 12, to - from << 12);
                    writer.data((long) from << 12, random.nextBoolean() ? bytes : direct(bytes));
                } else {
                    Arrays.fill(disk, from << 12, to << 12, (byte) 0);
                    writer.zero((long) from << 12, (long) (to - from) << 12);
                }
            }
            writer.stop();
        }
        byte[] found = new byte[disk.length];
        StreamApplier.apply(SparseStreamReader.open(new ByteArrayInputStream(out.toByteArray())), found, StreamApplier.DECODED);

        assertThat(Arrays.mismatch(found, disk)).as("seed %d", seed).isEqualTo(-1);
    }

    @Test
    void refusesWhatTheReaderWouldRefuse() throws IOException {
        SparseStreamWriter writer = new SparseStreamWriter(out, PLAIN);
        writer.data(100, ByteBuffer.allocate(10));
        int written = out.size();

        assertThatThrownBy(() -> writer.data(109, ByteBuffer.allocate(1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.zero(0, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.zero(200, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.zero(200, 4000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.data(200, ByteBuffer.allocate(0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.data(200, ByteBuffer.allocate(11))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(writer::stop).as("data is missing").isInstanceOf(IllegalStateException.class);
        assertThat(out.size()).as("nothing is written of what is refused").isEqualTo(written);
        writer.data(110, ByteBuffer.allocate(10));
        writer.stop();
        assertThatThrownBy(() -> writer.zero(200, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(writer::stop).isInstanceOf(IllegalStateException.class);
        StreamApplier.drain(SparseStreamReader.open(new ByteArrayInputStream(out.toByteArray())));
    }

    @Test
    void refusesADataFrameThatTheReferenceReadsOnlyInParts() throws IOException {
        SparseStreamWriter writer = new SparseStreamWriter(OutputStream.nullOutputStream(),
                StreamMetadata.builder().virtualSize(64 << 20).dataSize(64 << 20).build());

        assertThatThrownBy(() -> writer.data(0, ByteBuffer.allocate(32 << 20))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("less than 33554432");
        writer.data(0, ByteBuffer.allocate((32 << 20) - 1));
    }

    @Test
    void refusesAFullBackupWithGaps() throws IOException {
        SparseStreamWriter writer = new SparseStreamWriter(out, PLAIN.toBuilder().incremental(false).build());
        assertThatThrownBy(() -> writer.zero(1, 1)).isInstanceOf(IllegalArgumentException.class);
        writer.data(0, ByteBuffer.allocate(20));
        assertThatThrownBy(writer::stop).isInstanceOf(IllegalStateException.class);
        writer.zero(20, 4076);
        writer.stop();
    }

    @Test
    void isOfNoUseAfterAnErrorOfItsSink() throws IOException {
        int[] room = {1000};
        OutputStream failing = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                if (room[0]-- == 0) {
                    throw new IOException("full");
                }
            }
        };
        SparseStreamWriter writer = new SparseStreamWriter(failing, PLAIN);
        room[0] = 50;
        assertThatThrownBy(() -> writer.data(0, ByteBuffer.allocate(20))).hasMessage("full");
        assertThatThrownBy(() -> writer.data(20, ByteBuffer.allocate(20))).isInstanceOf(IllegalStateException.class);
    }

    private static void copy(SparseStreamReader reader, SparseStreamWriter writer) throws IOException {
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            if (frame instanceof DataFrame) {
                ByteBuffer payload = ByteBuffer.allocate((int) frame.length());
                while (payload.hasRemaining()) {
                    reader.readPayload(payload);
                }
                writer.data(frame.start(), payload.flip());
            } else {
                writer.zero(frame.start(), frame.length());
            }
        }
        writer.stop();
    }

    private static ByteBuffer direct(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
    }
}
