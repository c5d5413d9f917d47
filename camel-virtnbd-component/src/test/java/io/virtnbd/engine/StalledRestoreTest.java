/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.engine.backup.DiskBackup;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.RestoreResult;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.NbdServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StalledRestoreTest {

    private static final int SIZE = 40 << 20;

    @TempDir
    Path directory;

    /** Takes no write before it is released. */
    private record StalledExport(CountDownLatch stalled, CountDownLatch released) implements Export {

        @Override
        public long size() {
            return SIZE;
        }

        @Override
        public boolean readOnly() {
            return false;
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            target.position(target.limit());
        }

        @Override
        public void write(long offset, ByteBuffer source) {
            stalled.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            source.position(source.limit());
        }

        @Override
        public void writeZeroes(long offset, long length, boolean keepAllocated) {
            // nothing to do
        }
    }

    @Test
    void doesNotHoldUpBackups() throws Exception {
        byte[] incompressible = new byte[SIZE];
        new Random(1).nextBytes(incompressible);
        CountDownLatch stalled = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (ServedDisk disk = new ServedDisk(SIZE);
             NbdServer target = NbdServer.builder().export("", new StalledExport(stalled, released))
                     .unixSocket(directory.resolve("target")).build().start()) {
            disk.write(0, incompressible);
            byte[] stream = backup(disk);
            FutureTask<RestoreResult> restore = new FutureTask<>(() -> DiskRestore.restore(
                    List.of(StreamInput.of("stream", new ByteArrayInputStream(stream))),
                    RestoreOptions.toExport(NbdUri.parse(target.uri("")))));
            new Thread(restore).start();
            stalled.await();

            assertThat(backup(disk)).hasSameSizeAs(stream);

            assertThat(restore).isNotDone();
            released.countDown();
            assertThat(restore.get().dataBytes()).isEqualTo(SIZE);
        }
    }

    private static byte[] backup(ServedDisk disk) throws IOException {
        try (DiskBackup backup = DiskBackup.open(DiskBackupOptions.copyOf(disk.uri())
                     .withReading(DiskReadOptions.defaults().withCompression(Compression.lz4(1))));
             InputStream stream = backup.disk().open()) {
            return stream.readAllBytes();
        }
    }
}
