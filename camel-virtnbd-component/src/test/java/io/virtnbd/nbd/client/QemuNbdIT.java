/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@RequiresTools({"qemu-nbd", "qemu-img", "qemu-io"})
@Timeout(120)
@SuppressWarnings("try")
class QemuNbdIT {

    private static final int MIB = 1 << 20;
    private static final String BITMAP = "qemu:dirty-bitmap:b0";

    @TempDir
    private Path directory;
    private Path socket;
    private String image;

    @BeforeEach
    void createImage() {
        socket = directory.resolve("nbd.sock");
        image = directory.resolve("disk.qcow2").toString();
        Tool.run("qemu-img", "create", "-f", "qcow2", image, "64M");
    }

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private static List<String> extents(NbdClient client) throws Exception {
        List<String> extents = new ArrayList<>();
        ExtentWalker.walk(client, 0, client.export().size(),
                (offset, length, flags) -> extents.add(offset / MIB + "+" + length / MIB + Arrays.toString(flags)));
        return extents;
    }

    private byte[] rawContent() throws Exception {
        Path raw = directory.resolve("disk.raw");
        Tool.run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", image, raw.toString());
        return Files.readAllBytes(raw);
    }

    @Test
    void readsAnImageWithDataHolesAndZeroes() throws Exception {
        Tool.run("qemu-io", "-f", "qcow2", "-c", "write -P 0x11 0 1M", "-c", "write 4M 1M", "-c", "write -z 4M 1M",
                "-c", "write -P 0x22 32M 3M", image);
        try (ServerProcess server = ServerProcess.qemuNbd(socket, "-r", "-f", "qcow2", image);
                NbdClient client = NbdClient.connect(NbdUri.unix(socket, ""), NbdClientOptions.defaults())) {
            assertThat(client.export().structuredReplies()).isTrue();
            assertThat(client.export().readOnly()).isTrue();
            assertThat(extents(client)).containsExactly("0+1[0]", "1+31[3]", "32+3[0]", "35+29[3]");
            byte[] expected = rawContent();
            byte[] found = new byte[expected.length];
            for (int at = 0; at < found.length; at += 16 * MIB) {
                NbdClient.await(client.read(at, ByteBuffer.wrap(found, at, 16 * MIB)));
            }
            assertThat(Arrays.mismatch(expected, found)).isEqualTo(-1);
        }
    }

    @Test
    void intersectsAllocationAndDirtyBitmap() throws Exception {
        Tool.run("qemu-io", "-f", "qcow2", "-c", "write -P 0x11 0 8M", image);
        Tool.run("qemu-img", "bitmap", "--add", image, "b0");
        Tool.run("qemu-io", "-f", "qcow2", "-c", "write -P 0x22 6M 4M", "-c", "write -z 20M 1M", image);
        NbdClientOptions options = NbdClientOptions.builder().metaContexts(List.of(BITMAP, "base:allocation")).build();
        try (ServerProcess server = ServerProcess.qemuNbd(socket, "-r", "-f", "qcow2", "-B", "b0", image);
                NbdClient client = NbdClient.connect(NbdUri.unix(socket, ""), options)) {
            assertThat(client.export().metaContexts()).containsExactly(BITMAP, "base:allocation");
            assertThat(extents(client)).containsExactly(
                    "0+6[0, 0]", "6+4[1, 0]", "10+10[0, 3]", "20+1[1, 3]", "21+43[0, 3]");
        }
    }

    @Test
    void lacksAContextThatTheServerDoesNotHave() throws Exception {
        NbdClientOptions options = NbdClientOptions.builder().metaContexts(List.of(BITMAP, "base:allocation")).build();
        try (ServerProcess server = ServerProcess.qemuNbd(socket, "-r", "-f", "qcow2", image);
                NbdClient client = NbdClient.connect(NbdUri.unix(socket, ""), options)) {
            assertThat(client.export().metaContexts()).containsExactly("base:allocation");
        }
    }

    @Test
    void agreesWithAModelUnderRandomWork() throws Exception {
        Tool.run("qemu-img", "create", "-f", "qcow2", image, "5M");
        byte[] expected;
        try (ServerProcess server = ServerProcess.qemuNbd(socket, "-f", "qcow2", "--discard=unmap", image);
                NbdClient client = NbdClient.connect(NbdUri.unix(socket, ""), NbdClientOptions.defaults())) {
            expected = RandomWork.run(client, directory, 99, 600);
            NbdClient.await(client.trim(0, 65536, 0));
            NbdClient.await(client.write(0, ByteBuffer.wrap(expected, 0, 65536), 0));
            NbdClient.await(client.flush());
        }
        assertThat(Arrays.mismatch(expected, rawContent())).isEqualTo(-1);
    }

    @Test
    void usesSeveralConnections() throws Exception {
        Tool.run("qemu-io", "-f", "qcow2", "-c", "write -P 0x5a 0 64M", image);
        NbdClientOptions options = NbdClientOptions.builder().connections(3).pipelineDepth(2).build();
        try (ServerProcess server = ServerProcess.qemuNbd(socket, "-r", "-e", "4", "-f", "qcow2", image);
                NbdClient client = NbdClient.connect(NbdUri.unix(socket, ""), options)) {
            assertThat(client.export().canMultiConn()).isTrue();
            assertThat(ClientThreads.readers()).hasSize(3);
            byte[] found = new byte[64 * MIB];
            List<CompletableFuture<Void>> reads = new ArrayList<>();
            for (int at = 0; at < found.length; at += MIB) {
                reads.add(client.read(at, ByteBuffer.wrap(found, at, MIB)));
            }
            for (CompletableFuture<Void> read : reads) {
                NbdClient.await(read);
            }
            byte[] expected = new byte[found.length];
            Arrays.fill(expected, (byte) 0x5a);
            assertThat(Arrays.mismatch(expected, found)).isEqualTo(-1);
        }
    }

    @Test
    void refusesAnUnknownExport() throws Exception {
        try (ServerProcess server = ServerProcess.qemuNbd(socket, "-r", "-f", "qcow2", "-x", "a", image)) {
            assertThatThrownBy(() -> NbdClient.connect(NbdUri.unix(socket, "b"), NbdClientOptions.defaults()))
                    .isInstanceOf(NbdNegotiationException.class).hasMessageContaining("ERR_UNKNOWN");
        }
    }

    @Test
    void failsEveryOpenRequestWhenTheServerIsKilled() throws Exception {
        try (ServerProcess server = ServerProcess.qemuNbd(socket, "-r", "-f", "qcow2", image);
                NbdClient client = NbdClient.connect(NbdUri.unix(socket, ""), NbdClientOptions.defaults())) {
            CompletableFuture<Void> pump = new CompletableFuture<>();
            pump(client, ByteBuffer.allocateDirect(16 * MIB), pump);
            pump(client, ByteBuffer.allocateDirect(16 * MIB), pump);
            server.kill();
            assertThatThrownBy(() -> NbdClient.await(pump)).isInstanceOf(NbdProtocolException.class);
            assertThat(client.isOpen()).isFalse();
        }
    }

    private static void pump(NbdClient client, ByteBuffer target, CompletableFuture<Void> failed) {
        client.read(0, target.clear()).whenComplete((ignored, failure) -> {
            if (failure != null) {
                failed.completeExceptionally(failure);
            } else {
                pump(client, target, failed);
            }
        });
    }
}
