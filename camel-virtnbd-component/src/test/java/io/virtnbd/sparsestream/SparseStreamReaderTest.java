/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparseStreamReaderTest {

    private static final byte[] TEN = "0123456789".getBytes();

    @Test
    void readsFramesInOrder() throws IOException {
        SparseStreamReader reader = StreamBytes.plain(4096, 10).data(100, TEN).zero(200, 50).zero(250, 1).stop().open();

        assertThat(reader.next()).isEqualTo(new DataFrame(100, 10));
        assertThat(reader.next()).isEqualTo(new ZeroFrame(200, 50));
        assertThat(reader.next()).isEqualTo(new ZeroFrame(250, 1));
        assertThat(reader.next()).isEqualTo(new StopFrame());
        assertThatThrownBy(reader::next).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> reader.readPayload(ByteBuffer.allocate(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readsVersion1WithOldKeys() throws IOException {
        SparseStreamReader reader = new StreamBytes()
                .meta("{\"virtual-size\": 4096, \"data-size\": 10, \"stream-version\": 1}")
                .data(100, TEN).zero(110, 3986).stop().open();

        StreamApplier.drain(reader);
        assertThat(reader.metadata().streamVersion()).isEqualTo(1);
    }

    @Test
    void readsAnEmptyDisk() throws IOException {
        assertThat(StreamBytes.full(0, 0).stop().open().next()).isEqualTo(new StopFrame());
        assertThat(StreamBytes.lz4(0, 0).stop().trailer("[]").open().next()).isEqualTo(new StopFrame());
    }

    @Test
    void readsUpperCaseDigits() throws IOException {
        SparseStreamReader reader = StreamBytes.plain(0xabcdef, 0).text("zero 000000000000ABCD 000000000000000A\r\n")
                .stop().open();

        assertThat(reader.next()).isEqualTo(new ZeroFrame(0xabcd, 10));
        assertThat(reader.next()).isEqualTo(new StopFrame());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "lz4"})
    void readsWhatComesByteByByte(String set) throws IOException {
        Path stream = GoldenStreams.chain(set).get(1);
        byte[] expected = new byte[64 << 20];
        byte[] found = new byte[64 << 20];
        StreamApplier.apply(SparseStreamReader.open(new ByteArrayInputStream(GoldenStreams.read(stream))), expected,
                StreamApplier.DECODED);
        InputStream trickle = new FilterInputStream(new ByteArrayInputStream(GoldenStreams.read(stream))) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(length, 1));
            }
        };
        StreamApplier.apply(SparseStreamReader.open(trickle), found, StreamApplier.DECODED);

        assertThat(Arrays.mismatch(found, expected)).isEqualTo(-1);
    }

    @Test
    void readsAPayloadInAnyPiecesIntoAnyBuffer() throws IOException {
        for (int piece = 1; piece <= 11; piece++) {
            SparseStreamReader reader = StreamBytes.plain(4096, 10).data(100, TEN).stop().open();
            reader.next();
            ByteBuffer target = ByteBuffer.allocateDirect(11);
            target.limit(piece);
            for (int got = reader.readPayload(target); got >= 0; got = reader.readPayload(target)) {
                target.limit(Math.min(target.position() + piece, 11));
            }
            byte[] read = new byte[target.position()];
            target.get(0, read);
            assertThat(read).as("in pieces of %d", piece).isEqualTo(TEN);
            assertThat(reader.next()).isEqualTo(new StopFrame());
        }
    }

    @Test
    void goesOverTheRestOfAPayload() throws IOException {
        SparseStreamReader reader = StreamBytes.plain(4096, 20).data(100, TEN).data(300, TEN).stop().open();
        reader.next();
        reader.readPayload(ByteBuffer.allocate(3));

        assertThat(reader.next()).isEqualTo(new DataFrame(300, 10));
        assertThat(reader.next()).isEqualTo(new StopFrame());
    }

    @Test
    void readsAStreamThatBeginsWithinAFile(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("stream"),
                new StreamBytes().text("before").raw(StreamBytes.plain(4096, 10).data(100, TEN).stop().toBytes()).toBytes());
        try (FileChannel channel = FileChannel.open(file).position(6);
                SparseStreamReader reader = SparseStreamReader.open(channel)) {
            reader.next();
            long payload = reader.position();
            assertThat(reader.filePayload()).contains(new FilePayload(channel, payload + 6, 10));
            assertThat(reader.next()).isEqualTo(new StopFrame());
            assertThat(channel.position()).isEqualTo(6);
        }
    }

    @Test
    void givesNoFilePayloadThatIsCutOff(@TempDir Path directory) throws IOException {
        byte[] whole = StreamBytes.plain(1 << 20, 100_000).data(0, new byte[100_000]).stop().toBytes();
        Path file = Files.write(directory.resolve("stream"), Arrays.copyOf(whole, 60_000));
        try (SparseStreamReader reader = SparseStreamReader.open(FileChannel.open(file))) {
            reader.next();
            assertThatThrownBy(reader::filePayload).isInstanceOf(MalformedStreamException.class)
                    .hasMessageContaining("end of the stream");
            assertThatThrownBy(reader::next).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void givesAFilePayloadOnlyOfAPlainFile() throws IOException {
        SparseStreamReader reader = StreamBytes.plain(4096, 10).data(100, TEN).stop().open();
        reader.next();
        assertThat(reader.filePayload()).isEmpty();
        assertThat(reader.readPayload(ByteBuffer.allocate(99))).isEqualTo(10);
        try (SparseStreamReader lz4 = SparseStreamReader.open(FileChannel.open(GoldenStreams.chain("lz4").get(1),
                StandardOpenOption.READ))) {
            lz4.next();
            assertThat(lz4.filePayload()).isEmpty();
            assertThat(lz4.readPayload(ByteBuffer.allocate(99))).isEqualTo(99);
        }
    }

    @Test
    void refusesToMixTheTwoWaysOfReadingACompressedPayload() throws IOException {
        Path stream = GoldenStreams.chain("lz4").get(1);
        try (SparseStreamReader reader = SparseStreamReader.open(FileChannel.open(stream))) {
            reader.next();
            ByteBuffer block = ByteBuffer.allocate(64 << 10);
            assertThat(reader.nextLz4Element(ByteBuffer.allocate(0))).isInstanceOf(Lz4FrameStart.class);
            assertThatThrownBy(() -> reader.readPayload(block)).isInstanceOf(IllegalStateException.class);
        }
        try (SparseStreamReader reader = SparseStreamReader.open(FileChannel.open(stream))) {
            reader.next();
            reader.readPayload(ByteBuffer.allocate(1));
            assertThatThrownBy(() -> reader.nextLz4Element(ByteBuffer.allocate(64 << 10)))
                    .isInstanceOf(IllegalStateException.class);
        }
        SparseStreamReader plain = StreamBytes.plain(4096, 10).data(100, TEN).stop().open();
        plain.next();
        assertThatThrownBy(() -> plain.nextLz4Element(ByteBuffer.allocate(64 << 10))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takesNothingWhenABlockHasNoRoom() throws IOException {
        try (SparseStreamReader reader = SparseStreamReader.open(FileChannel.open(GoldenStreams.chain("lz4").get(1)))) {
            reader.next();
            reader.nextLz4Element(ByteBuffer.allocate(0));
            long position = reader.position();
            assertThatThrownBy(() -> reader.nextLz4Element(ByteBuffer.allocate((64 << 10) - 1)))
                    .isInstanceOf(BufferOverflowException.class);
            assertThat(reader.position()).isEqualTo(position);
            assertThat(reader.nextLz4Element(ByteBuffer.allocate(64 << 10))).isInstanceOf(Lz4Block.class);
            assertThat(reader.next()).as("the rest is passed over").isInstanceOf(DataFrame.class);
        }
    }

    @Test
    void closesItsSource() throws IOException {
        AtomicBoolean closed = new AtomicBoolean();
        SparseStreamReader reader = SparseStreamReader.open(
                new ByteArrayInputStream(StreamBytes.full(0, 0).stop().toBytes()) {
                    @Override
                    public void close() {
                        closed.set(true);
                    }
                });
        reader.close();

        assertThat(closed).isTrue();
        assertThatThrownBy(reader::next).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void isOfNoUseAfterAnError() throws IOException {
        SparseStreamReader reader = StreamBytes.plain(4096, 10).data(100, TEN).text("nonsense").open();
        reader.next();
        assertThatThrownBy(reader::next).isInstanceOf(MalformedStreamException.class);
        assertThatThrownBy(reader::next).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void passesOnWhatItsSourceThrows() throws IOException {
        byte[] start = StreamBytes.plain(4096, 10).header("data", 0, 10).toBytes();
        InputStream failing = new SequenceInputStream(new ByteArrayInputStream(start), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("cut");
            }
        });
        SparseStreamReader reader = SparseStreamReader.open(failing);
        reader.next();
        assertThatThrownBy(() -> reader.readPayload(ByteBuffer.allocate(1))).isExactlyInstanceOf(IOException.class)
                .hasMessage("cut");
    }

    @Test
    void refusesToReadIntoABufferWithoutRoom() throws IOException {
        SparseStreamReader reader = StreamBytes.plain(4096, 10).data(100, TEN).stop().open();
        reader.next();
        assertThatThrownBy(() -> reader.readPayload(ByteBuffer.allocate(0))).isInstanceOf(IllegalArgumentException.class);
        assertThat(reader.readPayload(ByteBuffer.allocate(10))).isEqualTo(10);
    }

    @Test
    void keepsItsLimits() throws IOException {
        byte[] stream = StreamBytes.plain(4096, 10).data(100, TEN).stop().toBytes();
        int json = Integer.parseInt(new String(stream, 22, 16), 16);

        drain(stream, new StreamLimits(json, 1, 10, 1));
        refuses(stream, new StreamLimits(json - 1, 1, 10, 1), 0, "at most " + (json - 1));
        refuses(stream, new StreamLimits(json, 1, 9, 1), 40 + json + 2, "at most 9");
    }

    @Test
    void allocatesNothingForMetadataThatAreTooLong() {
        assertThatThrownBy(() -> new StreamBytes().header("meta", 0, Long.MAX_VALUE).open())
                .isInstanceOf(MalformedStreamException.class).hasMessageContaining("at most 1048576");
        assertThatThrownBy(() -> new StreamLimits(0, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neverAllocatesByTheLengthOfAFrame() throws IOException {
        SparseStreamReader reader = StreamBytes.plain(1L << 60, 1L << 59).header("data", 0, 1L << 59).raw(TEN).open();
        reader.next();
        assertThatThrownBy(() -> StreamApplier.drain(reader)).isInstanceOf(MalformedStreamException.class)
                .hasMessageContaining("end of the stream");
    }

    private static void drain(byte[] stream, StreamLimits limits) throws IOException {
        StreamApplier.drain(SparseStreamReader.open(new ByteArrayInputStream(stream), limits));
    }

    private static void refuses(byte[] stream, StreamLimits limits, long offset, String message) {
        assertThatThrownBy(() -> drain(stream, limits)).hasMessageContaining(message)
                .asInstanceOf(type(MalformedStreamException.class))
                .satisfies(e -> assertThat(e.offset()).isEqualTo(offset));
    }
}
