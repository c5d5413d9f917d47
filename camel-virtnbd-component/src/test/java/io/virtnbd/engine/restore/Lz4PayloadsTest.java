/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.engine.ServedDisk;
import io.virtnbd.sparsestream.FilePayload;
import io.virtnbd.sparsestream.SparseStreamReader;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class Lz4PayloadsTest {

    @TempDir
    Path directory;

    private static byte[] content(long seed, int length) {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        Arrays.fill(content, length / 3, length / 2, (byte) 5);
        return content;
    }

    private byte[] restore(StreamInput input) throws IOException {
        Path image = directory.resolve("disk.raw");
        DiskRestore.restore(List.of(input), RestoreOptions.toImage(image, ImageFormat.RAW));
        return Files.readAllBytes(image);
    }

    @ParameterizedTest
    @CsvSource({"1,true", "2,false"})
    void decodesSeveralLz4FramesOfOnePayload(long seed, boolean sized) throws IOException {
        byte[] content = content(seed, 3_000_000);
        byte[][] parts = {Arrays.copyOf(content, 1_000_001), Arrays.copyOfRange(content, 1_000_001, 1_000_002),
                Arrays.copyOfRange(content, 1_000_002, content.length)};
        byte[][] frames = new byte[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            frames[i] = Lz4Frames.of(parts[i], sized || i == 0);
        }

        assertThat(restore(StreamBytes.full(content.length).lz4(0, content.length, frames).input("lz4"))).isEqualTo(content);
    }

    @ParameterizedTest
    @EnumSource(BLOCKSIZE.class)
    void decodesBlocksOfEverySize(BLOCKSIZE blockSize) throws IOException {
        byte[] content = content(3, 9_000_000);

        assertThat(restore(StreamBytes.full(content.length)
                .lz4(0, content.length, Lz4Frames.of(content, true, blockSize)).input("lz4"))).isEqualTo(content);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void refusesAPayloadThatIsShorterThanItsFrame(boolean sized) throws IOException {
        byte[] content = content(4, 100_000);
        StreamInput input = StreamBytes.full(content.length + 1)
                .lz4(0, content.length + 1, Lz4Frames.of(content, sized)).input("short");

        assertThatThrownBy(() -> restore(input)).isInstanceOf(RestoreException.class)
                .hasMessageContaining("short").hasMessageContaining("expected 100001 bytes, found 100000");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void endsWhenTheTargetFailsWhileTasksAreDecoding() throws Exception {
        int size = 4 << 20;
        StreamBytes stream = StreamBytes.full(size);
        for (int at = 0; at < size; at += 64 << 10) {
            stream.lz4(at, 64 << 10, Lz4Frames.of(content(at, 64 << 10), true));
        }
        try (PlainServer server = new PlainServer(new byte[size], 0, 1, 5)) {
            assertThatThrownBy(() -> DiskRestore.restore(List.of(stream.input("lz4")), RestoreOptions.toExport(server.uri())))
                    .isInstanceOf(RestoreException.class).hasMessageContaining("cannot write to export " + server.uri());
            server.awaitEnd();
        }
        byte[] next = content(5, size); // the threads are free for others
        assertThat(restore(StreamBytes.full(size).lz4(0, size, Lz4Frames.of(next, true)).input("next"))).isEqualTo(next);
    }

    /** The stream stops being read when too much waits for a slow target, even if that is hardly any bytes. */
    @ParameterizedTest
    @CsvSource({"1,50000", "10,200000", "1000,200000"})
    void keepsFewPiecesInMemory(int blocksOfAFrame, int blocks) throws Exception {
        byte[] one = content(6, blocksOfAFrame);
        StreamBytes bytes = StreamBytes.full(blocks);
        byte[] frame = Lz4Frames.ofTinyBlocks(one);
        for (int at = 0; at < blocks; at += blocksOfAFrame) {
            bytes.lz4(at, blocksOfAFrame, frame);
        }
        CountingStream in = new CountingStream(bytes.bytes());
        SlowTarget target = new SlowTarget(blocks);
        FutureTask<Void> restore = new FutureTask<>(() -> {
            try (StreamApplier applier = new StreamApplier(target, new DurableProgress(target, null, 1), 0, done -> { })) {
                OpenStream open = OpenStream.open(StreamInput.of("tiny", in));
                RestoreStep step = new RestoreStep(open, false);
                applier.apply(step, open.reader(), StreamProgress.none(0));
            }
            return null;
        });
        Thread thread = new Thread(restore);
        thread.start();
        try {
            while (thread.getState() != Thread.State.WAITING) {
                assertThat(thread.isAlive()).isTrue();
                Thread.onSpinWait();
            }
            assertThat(in.taken).isLessThan(in.size() / 2);
        } finally {
            target.go.countDown(); // lets the threads go that all tests share
        }
        restore.get();
        for (int at = 0; at < blocks; at += blocksOfAFrame) {
            assertThat(Arrays.equals(target.content, at, at + blocksOfAFrame, one, 0, blocksOfAFrame)).isTrue();
        }
    }

    private static final class CountingStream extends FilterInputStream {

        private final long size;
        private volatile long taken;

        CountingStream(byte[] bytes) {
            super(new ByteArrayInputStream(bytes));
            this.size = bytes.length;
        }

        long size() {
            return size;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = super.read(target, offset, length);
            taken += Math.max(count, 0);
            return count;
        }
    }

    /** Takes nothing until it is told to. */
    private static final class SlowTarget implements RestoreTarget {

        private final CountDownLatch go = new CountDownLatch(1);
        private final byte[] content;

        SlowTarget(int size) {
            this.content = new byte[size];
        }

        @Override
        public int pieceSize() {
            return 1 << 10;
        }

        @Override
        public boolean isBlank() {
            return true;
        }

        @Override
        public ByteBuffer acquire() throws IOException {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return ByteBuffer.allocate(pieceSize());
        }

        @Override
        public void release(ByteBuffer buffer) {
        }

        @Override
        public void write(long offset, ByteBuffer buffer) {
            buffer.get(content, (int) offset, buffer.remaining());
        }

        @Override
        public void write(long offset, FilePayload payload) throws IOException {
            throw new IOException("unexpected");
        }

        @Override
        public void zero(long offset, long length) throws IOException {
            throw new IOException("unexpected");
        }

        @Override
        public void drain() {
        }

        @Override
        public void sync() {
        }

        @Override
        public void read(long offset, ByteBuffer buffer) throws IOException {
            throw new IOException("unexpected");
        }

        @Override
        public long zeroes(long offset, long length) {
            return 0;
        }

        @Override
        public void complete() {
        }

        @Override
        public void close() {
        }
    }

    @Test
    void restoresAChunkedPayloadOfTheReferenceToAnExport() throws Exception {
        Path golden = Path.of(getClass().getResource("/golden/lz4").toURI());
        Path stream = golden.resolve("vda.full.data");
        try (SparseStreamReader reader = SparseStreamReader.open(Files.newInputStream(stream));
                ServedDisk disk = new ServedDisk(reader.metadata().virtualSize())) {
            DiskRestore.restore(List.of(StreamInput.of(stream)), RestoreOptions.toExport(disk.uri()));

            String expected = Files.readString(golden.resolve("expected-raw.sha256")).substring(0, 64);
            byte[] found = MessageDigest.getInstance("SHA-256").digest(disk.content());
            assertThat(HexFormat.of().formatHex(found)).isEqualTo(expected);
        }
    }
}
