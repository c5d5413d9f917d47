/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.engine.Compression;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.NbdServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reading does when it cannot go on: it fails, it goes on failing, and it keeps nothing. */
class ReadingFailuresTest {

    private static final int REQUEST = 64 << 10;
    private static final long SIZE = 12 << 20;

    @TempDir
    Path directory;

    /** A disk of data that fails, or blocks, from some place on. */
    private static final class FragileExport implements Export {

        private final long size;
        private final long failsAt;
        private final CountDownLatch blocked;

        FragileExport(long size, long failsAt, CountDownLatch blocked) {
            this.size = size;
            this.failsAt = failsAt;
            this.blocked = blocked;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void read(long offset, ByteBuffer target) throws IOException {
            if (offset + target.remaining() > failsAt) {
                if (blocked == null) {
                    throw new IOException("bad sector");
                }
                await(blocked);
            }
            while (target.hasRemaining()) {
                target.put((byte) (offset >> 12));
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnFailingAfterAReadError(boolean lz4) throws IOException {
        try (NbdServer server = serve(new FragileExport(SIZE, SIZE - 1, null)); DiskBackup backup = open(server, lz4);
             InputStream stream = backup.disk().open()) {
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(DiskBackupException.class).hasMessageContaining("EIO");
            assertThatThrownBy(stream::read).isInstanceOf(IOException.class).hasMessageContaining("failed before");
        }
    }

    @Test
    void failsWhenTheFirstReadsFail() throws IOException {
        try (NbdServer server = serve(new FragileExport(SIZE, 0, null)); DiskBackup backup = open(server, false);
             InputStream stream = backup.disk().open()) {
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(DiskBackupException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failsSegmentsAndFramesToo(boolean lz4) throws IOException {
        try (NbdServer server = serve(new FragileExport(SIZE, SIZE / 2, null)); DiskBackup backup = open(server, lz4)) {
            assertThatThrownBy(() -> readAll(backup.segments())).isInstanceOfAny(IOException.class, UncheckedIOException.class)
                    .hasMessageContaining("EIO");
            FrameIterator frames = backup.frames();
            assertThatThrownBy(() -> frames.forEachRemaining(frame -> { })).isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("EIO");
            assertThat(frames.hasNext()).isFalse();
        }
    }

    private static void readAll(Iterator<Segment> segments) throws IOException {
        while (segments.hasNext()) {
            try (InputStream stream = segments.next().stream().open()) {
                stream.readAllBytes();
            }
        }
    }

    @Test
    void doesNotEndQuietlyAfterAnInterrupt() throws IOException {
        CountDownLatch blocked = new CountDownLatch(1);
        try (NbdServer server = serve(new FragileExport(SIZE, SIZE / 2, blocked)); DiskBackup backup = open(server, false);
             InputStream stream = backup.disk().open()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            blocked.countDown();
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class).hasMessageContaining("failed before");
        }
    }

    @Test
    void doesNotEndQuietlyAfterAFailureOfTheListener() throws IOException {
        ProgressListener listener = (disk, done, total) -> {
            throw new IllegalStateException("listener");
        };
        try (NbdServer server = serve(new FragileExport(SIZE, SIZE, null));
             DiskBackup backup = DiskBackup.open(options(server, false, listener));
             InputStream stream = backup.disk().open()) {
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class).hasMessageContaining("failed before");
        }
    }

    @Test
    void failsAReadingThatIsClosedByAnotherThread() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        try (NbdServer server = serve(new FragileExport(SIZE, SIZE / 2, blocked)); DiskBackup backup = open(server, false)) {
            InputStream stream = backup.disk().open();
            FutureTask<byte[]> reading = new FutureTask<>(stream::readAllBytes);
            Thread reader = new Thread(reading);
            reader.start();
            while (reader.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            Thread closer = new Thread(() -> close(stream));
            closer.start();
            assertThatThrownBy(reading::get).hasRootCauseInstanceOf(DiskBackupException.class)
                    .hasStackTraceContaining("was closed");
            blocked.countDown();
            closer.join();
        }
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void keepsTheConnectionOfAReadingThatIsGivenUp() throws IOException {
        try (NbdServer server = NbdServer.builder().export("", new FragileExport(SIZE, SIZE, null)).maxConnections(1)
                .unixSocket(directory.resolve("s")).build().start();
             DiskBackup backup = open(server, false)) {
            for (int i = 0; i < 5; i++) {
                try (InputStream stream = backup.disk().open()) {
                    assertThat(stream.readNBytes(100_000)).hasSize(100_000);
                }
                try (FrameIterator frames = backup.frames()) {
                    frames.next();
                }
            }
        }
    }

    @Test
    @SuppressWarnings("try")
    void refusesAnExportThatHasChangedItsSize() throws IOException {
        DiskBackup backup;
        try (NbdServer server = serve(new FragileExport(SIZE, SIZE, null))) {
            backup = open(server, false);
        }
        try (NbdServer server = serve(new FragileExport(SIZE + 4096, SIZE + 4096, null)); backup) {
            // the first reading may be on the old connection, whose end is noticed a moment later
            await().untilAsserted(() -> assertThatThrownBy(() -> readAll(backup)).isInstanceOf(DiskBackupException.class)
                    .hasMessageContaining(Long.toString(SIZE)).hasMessageContaining(Long.toString(SIZE + 4096)));
        }
    }

    private static void readAll(DiskBackup backup) throws IOException {
        try (InputStream stream = backup.disk().open()) {
            stream.readAllBytes();
        }
    }

    @Test
    void cannotBeReadAfterTheBackupIsClosed() throws IOException {
        try (NbdServer server = serve(new FragileExport(SIZE, SIZE, null))) {
            DiskBackup backup = open(server, false);
            InputStream stream = backup.disk().open();
            backup.close();

            assertThatThrownBy(() -> backup.disk().open()).isInstanceOf(DiskBackupException.class)
                    .hasMessageContaining("closed");
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(DiskBackupException.class);
            stream.close();
        }
    }

    private NbdServer serve(Export export) throws IOException {
        return NbdServer.builder().export("", export).unixSocket(directory.resolve("s")).build().start();
    }

    private static DiskBackup open(NbdServer server, boolean lz4) throws IOException {
        return DiskBackup.open(options(server, lz4, ProgressListener.NONE));
    }

    private static DiskBackupOptions options(NbdServer server, boolean lz4, ProgressListener progress) {
        return DiskBackupOptions.copyOf(NbdUri.parse(server.uri(""))).withReading(new DiskReadOptions(
                NbdClientOptions.defaults(), lz4 ? Compression.lz4(1) : Compression.NONE, 1 << 20, REQUEST, progress));
    }
}
