/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.CommandFlags;
import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.NbdRequestException;
import io.virtnbd.nbd.protocol.TransmissionFlags;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class WriteTest {

    private static final int SIZE = 64 << 20;

    @TempDir
    private Path directory;

    @AfterEach
    void leavesNoThread() {
        ClientThreads.awaitNone();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static ScriptedServer serverThatExpects(byte[] payload, int flags) throws Exception {
        return new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            Peer.Request request = peer.readRequest();
            assertThat(request).isEqualTo(
                    new Peer.Request(flags, CommandType.WRITE, request.cookie(), 4096, payload.length));
            assertThat(Arrays.equals(peer.readBytes(payload.length), payload)).as("same payload").isTrue();
            peer.simpleReply(0, request.cookie(), new byte[0]);
            peer.read();
        });
    }

    @ParameterizedTest
    @CsvSource({"true,1", "true,262145", "true,3000000", "false,1", "false,131073", "false,3000000"})
    void sendsBuffersAndLeavesTheirPositionAlone(boolean direct, int length) throws Exception {
        byte[] payload = random(length);
        ByteBuffer source = direct ? ByteBuffer.allocateDirect(length + 2) : ByteBuffer.allocate(length + 2);
        source.position(1).put(payload).flip().position(1);
        try (ScriptedServer server = serverThatExpects(payload, CommandFlags.FUA); NbdClient client = server.connect()) {
            NbdClient.await(client.write(4096, source, CommandFlags.FUA));
            assertThat(source.position()).isEqualTo(1);
            assertThat(source.limit()).isEqualTo(length + 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,1", "100,262144", "12345,3000000"})
    void sendsPiecesOfFiles(int position, int length) throws Exception {
        byte[] payload = random(length);
        try (FileChannel file = fileOf(position, payload);
                ScriptedServer server = serverThatExpects(payload, 0); NbdClient client = server.connect()) {
            NbdClient.await(client.write(4096, file, position, length, 0));
            assertThat(file.position()).as("position of the channel").isEqualTo(position + length);
        }
    }

    private FileChannel fileOf(int position, byte[] payload) throws Exception {
        Path path = Files.createTempFile(directory, "payload", "");
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        file.position(position);
        file.write(ByteBuffer.wrap(payload));
        return file;
    }

    @Test
    void refusesAFileThatIsTooShortBeforeAnythingIsSent() throws Exception {
        try (FileChannel file = fileOf(0, new byte[100]);
                ScriptedServer server = serverThatExpects(new byte[99], 0); NbdClient client = server.connect()) {
            assertThatThrownBy(() -> client.write(4096, file, 1, 100, 0)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("WRITE of 100 bytes from 1 of a file of 100 bytes");
            NbdClient.await(client.write(4096, file, 1, 99, 0));
        }
    }

    @Test
    void cutsTheConnectionWhenAFileShrinksWhileItIsSent() throws Exception {
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch shrunk = new CountDownLatch(1);
        try (FileChannel file = fileOf(0, new byte[32 << 20]);
                ScriptedServer server = new ScriptedServer(peer -> {
                    peer.handshake(SIZE);
                    peer.readRequest();
                    sending.countDown();
                    shrunk.await();
                    assertThat(peer.readBytes(32 << 20)).as("the payload is cut").hasSizeLessThan(32 << 20);
                }); NbdClient client = server.connect()) {
            Thread shrinker = new Thread(() -> {
                try {
                    sending.await();
                    file.truncate(0);
                    shrunk.countDown();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            shrinker.start();
            assertThatThrownBy(() -> NbdClient.await(client.write(0, file, 0, 32 << 20, 0)))
                    .isInstanceOf(NbdProtocolException.class)
                    .hasMessageContaining("sending the payload of WRITE of 33554432 bytes at 0 failed")
                    .hasMessageContaining("the file ended at");
            assertThat(client.isOpen()).isFalse();
            server.awaitScripts();
        }
    }

    @Test
    void cutsTheConnectionWhenAFileCannotBeRead() throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[100]);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE);
                ScriptedServer server = new ScriptedServer(peer -> {
                    peer.handshake(SIZE);
                    peer.readRequest();
                    assertThat(peer.read()).isEqualTo(-1);
                }); NbdClient client = server.connect()) {
            assertThatThrownBy(() -> client.write(0, file, 0, 100, 0)).isInstanceOf(NonReadableChannelException.class);
            assertThat(client.isOpen()).isFalse();
            server.awaitScripts();
        }
    }

    @Test
    void reportsErrorsOfWrites() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            Peer.Request request = peer.readRequest();
            peer.readBytes(request.length());
            peer.error(request.cookie(), Peer.DONE, 28, "full");
            peer.read();
        }); NbdClient client = server.connect()) {
            CompletableFuture<Void> write = client.write(0, ByteBuffer.allocate(10), 0);
            assertThatThrownBy(() -> NbdClient.await(write)).isInstanceOf(NbdRequestException.class)
                    .hasMessage("WRITE of 10 bytes at 0 failed: ENOSPC (no space left on device): full");
        }
    }

    @Test
    void failsAWriteThatWaitsWhenTheConnectionDies() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            peer.readRequest();
            Thread.sleep(30);
        }); NbdClient client = server.connect(NbdClientOptions.builder().pipelineDepth(1).build())) {
            client.flush();
            CompletableFuture<Void> write = client.write(0, ByteBuffer.allocate(10), 0);
            assertThatThrownBy(() -> NbdClient.await(write)).isInstanceOf(NbdProtocolException.class)
                    .hasMessageContaining("the server closed the connection");
        }
    }

    @Test
    void takesBackAWriteThatIsInterruptedWhileItWaits() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(SIZE);
            long first = peer.readRequest().cookie();
            interrupted.await();
            peer.done(first);
            Peer.Request next = peer.readRequest();
            assertThat(next.type()).isEqualTo(CommandType.TRIM);
            peer.done(next.cookie());
            peer.read();
        }); NbdClient client = server.connect(NbdClientOptions.builder().pipelineDepth(1).build())) {
            CompletableFuture<Void> first = client.flush();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> client.write(0, ByteBuffer.allocate(10), 0)).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            CompletableFuture<Void> trim = client.trim(0, 10, 0);
            interrupted.countDown();
            NbdClient.await(first);
            NbdClient.await(trim);
        }
    }

    @Test
    void sendsTheOtherCommandsAsTheyAreDefined() throws Exception {
        long length = NbdClient.MAX_EFFECT_LENGTH;
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.handshake(Long.MAX_VALUE);
            Peer.Request zeroes = peer.readRequest();
            assertThat(zeroes).isEqualTo(
                    new Peer.Request(0x13, CommandType.WRITE_ZEROES, zeroes.cookie(), Long.MAX_VALUE - length, (int) length));
            peer.done(zeroes.cookie());
            Peer.Request trim = peer.readRequest();
            assertThat(trim).isEqualTo(new Peer.Request(1, CommandType.TRIM, trim.cookie(), 5, 6));
            peer.done(trim.cookie());
            Peer.Request flush = peer.readRequest();
            assertThat(flush).isEqualTo(new Peer.Request(0, CommandType.FLUSH, flush.cookie(), 0, 0));
            peer.done(flush.cookie());
            peer.read();
        }); NbdClient client = server.connect()) {
            NbdClient.await(client.writeZeroes(Long.MAX_VALUE - length, length,
                    CommandFlags.FUA | CommandFlags.NO_HOLE | CommandFlags.FAST_ZERO));
            NbdClient.await(client.trim(5, 6, CommandFlags.FUA));
            NbdClient.await(client.flush());
        }
    }

    @Test
    void refusesWhatTheServerDoesNotOffer() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(Peer.FIXED);
            peer.structuredAndContexts();
            peer.readOption();
            peer.infoBlockSize(512, 4096, 65536);
            peer.infoExport(100_000, TransmissionFlags.HAS_FLAGS);
            peer.ack(7);
            peer.read();
        }); NbdClient client = server.connect()) {
            assertThatThrownBy(() -> client.writeZeroes(0, 512, 0)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> client.trim(0, 512, 0)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(client::flush).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> client.write(0, ByteBuffer.allocate(512), CommandFlags.FUA))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> client.write(0, ByteBuffer.allocate(512), CommandFlags.NO_HOLE))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.read(0, ByteBuffer.allocate(512).asReadOnlyBuffer()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0", "-512,512", "0,511", "511,512", "0,66048", "99840,512", "100352,512", "9223372036854775296,512"})
    void refusesRangesThatTheExportDoesNotHave(long offset, int length) throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(Peer.FIXED);
            peer.structuredAndContexts();
            peer.readOption();
            peer.infoBlockSize(512, 4096, 65536);
            peer.infoExport(100_000, Peer.ALL_FLAGS);
            peer.ack(7);
            peer.data(peer.readRequest().cookie(), Peer.DONE, 99_840, new byte[160]);
            peer.read();
        }); NbdClient client = server.connect()) {
            assertThatThrownBy(() -> client.read(offset, ByteBuffer.allocate(length)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("of " + length + " bytes");
            assertThatThrownBy(() -> client.write(offset, ByteBuffer.allocate(length), 0))
                    .isInstanceOf(IllegalArgumentException.class);
            NbdClient.await(client.read(99_840, ByteBuffer.allocate(160)));
        }
    }

    @Test
    void refusesToWriteToAReadOnlyExport() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet(Peer.FIXED);
            peer.structuredAndContexts();
            peer.readOption();
            peer.infoExport(SIZE, Peer.ALL_FLAGS | TransmissionFlags.READ_ONLY);
            peer.ack(7);
            peer.read();
        }); NbdClient client = server.connect()) {
            assertThatThrownBy(() -> client.write(0, ByteBuffer.allocate(1), 0))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("writable");
            assertThatThrownBy(() -> client.writeZeroes(0, 1, 0)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> client.trim(0, 1, 0)).isInstanceOf(UnsupportedOperationException.class);
        }
    }
}
