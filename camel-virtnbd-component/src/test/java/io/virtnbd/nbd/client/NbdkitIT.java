/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.NbdRequestException;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.testing.RequiresTools;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@RequiresTools("nbdkit")
@Timeout(120)
@SuppressWarnings("try")
class NbdkitIT {

    @TempDir
    private Path directory;
    private Path socket;

    @BeforeEach
    void nameSocket() {
        socket = directory.resolve("nbd.sock");
    }

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private NbdClient connect() throws Exception {
        return connect(NbdClientOptions.defaults());
    }

    private NbdClient connect(NbdClientOptions options) throws Exception {
        return NbdClient.connect(NbdUri.unix(socket, ""), options);
    }

    /** Checks bytes of nbdkit's pattern: each aligned group of eight is its own offset, big-endian. */
    private static void assertPattern(NbdClient client, long offset, int length) throws Exception {
        ByteBuffer target = ByteBuffer.allocateDirect(length);
        NbdClient.await(client.read(offset, target));
        for (int i = 0; i < length; i++) {
            long at = offset + i;
            byte expected = (byte) ((at & ~7L) >>> 8 * (7 - (at & 7)));
            if (target.get(i) != expected) {
                throw new AssertionError("byte " + at + " is " + target.get(i) + ", expected " + expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--no-sr", "-v"})
    void readsOddRangesOfOddSizes(String option) throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, option, "pattern", "1000001"); NbdClient client = connect()) {
            assertThat(client.export().size()).isEqualTo(1_000_001);
            assertThat(client.export().structuredReplies()).isEqualTo(!option.equals("--no-sr"));
            assertThat(client.export().readOnly()).isTrue();
            assertPattern(client, 0, 1);
            assertPattern(client, 7, 65_537);
            assertPattern(client, 0, 1_000_001);
            assertPattern(client, 1_000_000, 1);
        }
    }

    @Test
    void knowsEmptyExports() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, "null", "0"); NbdClient client = connect()) {
            assertThat(client.export().size()).isZero();
            ExtentWalker.walk(client, 0, 0, (offset, length, flags) -> {
                throw new AssertionError("an extent at " + offset);
            });
            assertThatThrownBy(() -> client.read(0, ByteBuffer.allocate(1))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void knowsTheSmallestAndTheLargestExports() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, "pattern", "1"); NbdClient client = connect()) {
            assertPattern(client, 0, 1);
        }
        Path large = directory.resolve("large.sock");
        try (ServerProcess server = ServerProcess.nbdkit(large, "pattern", Long.toString(Long.MAX_VALUE));
                NbdClient client = NbdClient.connect(NbdUri.unix(large, ""), NbdClientOptions.defaults())) {
            assertThat(client.export().size()).isEqualTo(Long.MAX_VALUE);
            assertPattern(client, Long.MAX_VALUE - 4097, 4097);
            long start = Long.MAX_VALUE - (5L << 30) & ~4095L;
            long[] covered = {0};
            ExtentWalker.walk(client, start, Long.MAX_VALUE - start, (offset, length, flags) -> covered[0] += length);
            assertThat(covered[0]).isEqualTo(Long.MAX_VALUE - start);
        }
    }

    @Test
    void reportsErrorsOfSingleRequests() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, "--filter=error", "pattern", "1M", "error=ENOSPC",
                "error-pread-rate=100%"); NbdClient client = connect()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> NbdClient.await(client.read(512, ByteBuffer.allocate(1024))))
                        .isInstanceOf(NbdRequestException.class)
                        .hasMessageContaining("READ of 1024 bytes at 512 failed: ENOSPC");
            }
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void failsRequestsThatTakeTooLong() throws Exception {
        NbdClientOptions options = NbdClientOptions.builder().requestTimeout(Duration.ofMillis(200)).build();
        try (ServerProcess server = ServerProcess.nbdkit(socket, "--filter=delay", "pattern", "1M", "delay-read=3");
                NbdClient client = connect(options)) {
            assertThatThrownBy(() -> NbdClient.await(client.read(0, ByteBuffer.allocate(1024))))
                    .isInstanceOf(NbdProtocolException.class).hasMessageContaining("was not answered within 200 ms");
            server.kill();
        }
    }

    @Test
    void keepsToBlockSizes() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, "--filter=blocksize-policy", "pattern", "1M",
                "blocksize-minimum=4K", "blocksize-preferred=64K", "blocksize-maximum=128K", "blocksize-error-policy=error");
                NbdClient client = connect()) {
            assertThat(client.export().blockSize()).isEqualTo(new BlockSize(4096, 65536, 131072));
            assertPattern(client, 4096, 131072);
            assertThatThrownBy(() -> client.read(512, ByteBuffer.allocate(4096))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.read(0, ByteBuffer.allocate(131072 + 4096)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesAnUnknownExport() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, "--filter=exportname", "pattern", "1M", "exportname=a",
                "exportname-strict=true")) {
            assertThatThrownBy(() -> NbdClient.connect(NbdUri.unix(socket, "b"), NbdClientOptions.defaults()))
                    .isInstanceOf(NbdNegotiationException.class).hasMessageContaining("'b'");
            try (NbdClient client = NbdClient.connect(NbdUri.unix(socket, "a"), NbdClientOptions.defaults())) {
                assertPattern(client, 0, 4096);
            }
        }
    }

    @Test
    void seesOneExtentWhereTheServerKnowsNoExtents() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, "--filter=noextents", "memory", "5G");
                NbdClient client = connect()) {
            List<String> extents = new ArrayList<>();
            ExtentWalker.walk(client, 0, 5L << 30,
                    (offset, length, flags) -> extents.add(offset + "+" + length + ":" + flags[0]));
            assertThat(extents).containsExactly("0+" + (5L << 30) + ":0");
        }
    }

    @Test
    void findsNothingButZeroesInHoles() throws Exception {
        long size = 64 << 20;
        try (ServerProcess server = ServerProcess.nbdkit(socket, "sparse-random", Long.toString(size), "seed=5",
                "percent=20", "runlength=65536"); NbdClient client = connect()) {
            ByteBuffer disk = ByteBuffer.allocate((int) size);
            for (int at = 0; at < size; at += 4 << 20) {
                NbdClient.await(client.read(at, disk.slice(at, 4 << 20)));
            }
            long[] bytes = new long[4];
            int[] extents = {0};
            ExtentWalker.walk(client, 0, size, (offset, length, flags) -> {
                bytes[flags[0]] += length;
                extents[0]++;
                if (flags[0] != 0) {
                    assertThat(disk.slice((int) offset, (int) length)).isEqualTo(ByteBuffer.allocate((int) length));
                }
            });
            assertThat(bytes[0]).isPositive();
            assertThat(bytes[3]).isPositive();
            assertThat(bytes[0] + bytes[3]).isEqualTo(size);
            assertThat(extents[0]).isGreaterThan(10);
        }
    }

    @ParameterizedTest
    @CsvSource({"memory,1", "memory,3", "malloc,2"})
    void agreesWithAModelUnderRandomWork(String allocator, int connections) throws Exception {
        String option = "allocator=" + (allocator.equals("memory") ? "sparse" : allocator);
        NbdClientOptions options = NbdClientOptions.builder().connections(connections).build();
        try (ServerProcess server = ServerProcess.nbdkit(socket, "memory", "4M", option); NbdClient client = connect(options)) {
            assertThat(client.export().canMultiConn()).isTrue();
            RandomWork.run(client, directory, 77, 600);
        }
    }

    @Test
    void doesNotHangWhenTheServerIsKilledWhileItReads() throws Exception {
        try (ServerProcess server = ServerProcess.nbdkit(socket, "--filter=delay", "pattern", "64M", "delay-read=100ms");
                NbdClient client = connect()) {
            List<CompletableFuture<Void>> reads = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                reads.add(client.read(i << 20, ByteBuffer.allocateDirect(1 << 20)));
            }
            NbdClient.await(reads.get(0));
            server.kill();
            assertThatThrownBy(() -> {
                for (CompletableFuture<Void> read : reads) {
                    NbdClient.await(read);
                }
            }).isInstanceOf(NbdProtocolException.class);
            assertThat(client.isOpen()).isFalse();
        }
    }
}
