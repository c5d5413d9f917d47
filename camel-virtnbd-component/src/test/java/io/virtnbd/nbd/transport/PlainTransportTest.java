/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class PlainTransportTest {

    private static final int LENGTH = 3_000_000;

    @TempDir
    private Path directory;
    private NbdTransport left;
    private NbdTransport right;

    @BeforeEach
    void connect() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(address);
            left = NbdTransport.plain(SocketChannel.open(address));
            right = NbdTransport.plain(listener.accept());
        }
    }

    @AfterEach
    void close() {
        left.abort();
        right.abort();
    }

    private static byte[] random() {
        byte[] bytes = new byte[LENGTH];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer buffer(boolean direct, int length) {
        return direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
    }

    private CompletableFuture<byte[]> receive(boolean direct) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                ByteBuffer first = buffer(direct, LENGTH - 10);
                ByteBuffer second = buffer(direct, 100);
                while (first.hasRemaining()) {
                    assertThat(right.read(new ByteBuffer[] {first, second})).isPositive();
                }
                second.limit(10);
                while (second.hasRemaining()) {
                    assertThat(right.read(second)).isPositive();
                }
                byte[] all = new byte[LENGTH];
                first.flip().get(all, 0, LENGTH - 10);
                second.flip().get(all, LENGTH - 10, 10);
                return all;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void carriesBuffersOfAnyKind(boolean direct) throws Exception {
        CompletableFuture<byte[]> received = receive(direct);
        ByteBuffer head = buffer(direct, 7).put(random(), 0, 7).flip();
        ByteBuffer body = buffer(direct, LENGTH - 8).put(random(), 7, LENGTH - 8).flip();
        left.write(new ByteBuffer[] {head, ByteBuffer.allocate(0), body});
        assertThat(body.hasRemaining()).isFalse();
        ByteBuffer tail = buffer(direct, 2).put(random(), LENGTH - 1, 1).flip();
        left.write(tail);
        assertThat(tail.limit()).isEqualTo(1);
        assertThat(Arrays.equals(received.get(), random())).isTrue();
    }

    @Test
    void sendsFilesAndNoticesTheirEnd() throws Exception {
        CompletableFuture<byte[]> received = receive(true);
        Path path = directory.resolve("file");
        Files.write(path, random());
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            long sent = 0;
            while (sent < LENGTH) {
                sent += left.send(file, sent, 1 << 20);
            }
            assertThat(left.send(file, LENGTH, 1)).isEqualTo(-1);
            assertThat(left.send(file, LENGTH + 5, 1)).isEqualTo(-1);
        }
        assertThat(Arrays.equals(received.get(), random())).isTrue();
    }

    private enum Blocked {
        READ, WRITE, SEND
    }

    @ParameterizedTest
    @EnumSource(Blocked.class)
    void abortWakesWhateverIsBlocked(Blocked operation) throws Exception {
        Path path = directory.resolve("file");
        Files.write(path, random());
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
                started.countDown();
                switch (operation) {
                    case READ -> ended.complete(left.read(ByteBuffer.allocateDirect(10)) == -1);
                    case WRITE -> left.write(ByteBuffer.allocateDirect(LENGTH));
                    case SEND -> left.send(file, 0, LENGTH);
                }
                while (operation == Blocked.SEND) {
                    left.send(file, 0, LENGTH);
                }
            } catch (IOException e) {
                ended.complete(true);
            }
        });
        thread.start();
        started.await();
        while (thread.getState() != Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        Thread.sleep(20);
        assertThat(ended).isNotDone();
        left.abort();
        assertThat(ended.get(60, TimeUnit.SECONDS)).isTrue();
        thread.join();
    }

    @Test
    void seesTheEndOfTheStream() throws Exception {
        right.close();
        assertThat(left.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
}
