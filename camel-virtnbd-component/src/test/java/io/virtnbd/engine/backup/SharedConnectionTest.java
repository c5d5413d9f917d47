/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.engine.Compression;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.MemoryExport;
import io.virtnbd.nbd.server.NbdServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Readings side by side of an export that serves one client at a time. */
@Timeout(120)
class SharedConnectionTest {

    private static final int SIZE = 12 << 20;
    private static final int READERS = 8;

    @TempDir
    Path directory;
    private final MemoryExport disk = new MemoryExport(SIZE);
    private volatile boolean failing;

    @BeforeEach
    void fillDisk() throws IOException {
        byte[] content = new byte[SIZE];
        new Random(5).nextBytes(content);
        disk.write(0, ByteBuffer.wrap(content));
    }

    private NbdServer serve(Export export, int maxConnections) throws IOException {
        return NbdServer.builder().export("", export).maxConnections(maxConnections).unixSocket(directory.resolve("s")).build()
                .start();
    }

    private static DiskBackup open(NbdServer server, boolean lz4, int connections) throws IOException {
        NbdClientOptions client = NbdClientOptions.builder().connections(connections).connectTimeout(Duration.ofSeconds(2))
                .build();
        return DiskBackup.open(DiskBackupOptions.copyOf(NbdUri.parse(server.uri(""))).withReading(new DiskReadOptions(client,
                lz4 ? Compression.lz4(1) : Compression.NONE, 1 << 20, DiskReadOptions.DEFAULT_REQUEST_SIZE,
                ProgressListener.NONE)));
    }

    @ParameterizedTest
    @CsvSource({"false,1", "true,1", "false,3"})
    void readingsSideBySideNeedNoFurtherConnection(boolean lz4, int connections) throws Exception {
        try (NbdServer server = serve(disk, connections); DiskBackup backup = open(server, lz4, connections)) {
            byte[] expected;
            try (InputStream stream = backup.disk().open()) {
                expected = stream.readAllBytes();
            }
            ExecutorService threads = Executors.newFixedThreadPool(READERS);
            CyclicBarrier allOpen = new CyclicBarrier(READERS);
            List<Future<Boolean>> readings = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readings.add(threads.submit(() -> {
                    try (InputStream stream = backup.disk().open()) {
                        stream.readNBytes(100_000);
                        allOpen.await();
                        stream.skipNBytes(expected.length - 100_000 - 1000);
                        byte[] end = Arrays.copyOfRange(expected, expected.length - 1000, expected.length);
                        return Arrays.equals(stream.readAllBytes(), end);
                    }
                }));
            }
            for (Future<Boolean> reading : readings) {
                assertThat(reading.get(60, TimeUnit.SECONDS)).isTrue();
            }
            threads.shutdown();
        }
    }

    @Test
    void aReadingThatNobodyGoesOnWithHoldsUpNoOther() throws Exception {
        try (NbdServer server = serve(disk, 1); DiskBackup backup = open(server, false, 1);
             InputStream stuck = backup.disk().open()) {
            assertThat(stuck.read()).isNotNegative();
            for (int i = 0; i < 3; i++) {
                try (InputStream stream = backup.disk().open()) {
                    assertThat(stream.transferTo(OutputStream.nullOutputStream())).isGreaterThan(SIZE);
                }
            }
            assertThat(stuck.transferTo(OutputStream.nullOutputStream())).isGreaterThan(SIZE);
        }
    }

    @Test
    void aReadingThatFailsLeavesTheOthersAlone() throws Exception {
        Export bad = new Export() {
            @Override
            public long size() {
                return SIZE;
            }

            @Override
            public void read(long offset, ByteBuffer target) throws IOException {
                if (offset == 0 && failing) {
                    throw new IOException("bad sector");
                }
                disk.read(offset, target);
            }
        };
        try (NbdServer server = serve(bad, 1); DiskBackup backup = open(server, false, 1);
             InputStream good = backup.disk().open()) {
            assertThat(good.readNBytes(10 << 20)).hasSize(10 << 20);
            failing = true;
            try (InputStream stream = backup.disk().open()) {
                assertThatThrownBy(stream::readAllBytes).hasMessageContaining("EIO");
            }
            failing = false;
            assertThat(good.readAllBytes().length).isGreaterThan(1 << 20);
            try (InputStream stream = backup.disk().open()) {
                assertThat(stream.readAllBytes().length).isGreaterThan(SIZE);
            }
        }
    }

    @Test
    void aConnectionThatBreaksIsMadeAgain() throws Exception {
        DiskBackup backup;
        try (NbdServer server = serve(disk, 1)) {
            backup = open(server, false, 1);
            try (InputStream stream = backup.disk().open()) {
                stream.readNBytes(1000);
                server.close();
                assertThatThrownBy(stream::readAllBytes).isInstanceOf(DiskBackupException.class);
            }
        }
        try (NbdServer server = serve(disk, 1); backup; InputStream stream = backup.disk().open()) {
            assertThat(server).isNotNull();
            assertThat(stream.readAllBytes().length).isGreaterThan(SIZE);
        }
    }
}
