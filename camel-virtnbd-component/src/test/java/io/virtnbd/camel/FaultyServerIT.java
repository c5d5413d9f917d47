/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.virtnbd.camel.source.BackupSets;
import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.testing.RequiresTools;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups through a route from servers that fail: the error is clear, and what was written does not look like a backup. */
@RequiresTools("nbdkit")
class FaultyServerIT {

    private static final String STREAM = "vda.copy.data";
    private static final String MANIFEST = "vm1.virtnbd.0.json";

    @TempDir
    Path directory;

    private final List<Process> servers = new ArrayList<>();

    @AfterEach
    void endServers() {
        servers.forEach(Process::destroyForcibly);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4"})
    void reportsAReadErrorOfTheServer(String compression) throws Exception {
        Path trigger = directory.resolve("fail");
        Path socket = nbdkit("--filter=error", "pattern", "64M", "error=EIO", "error-rate=100%", "error-file=" + trigger);
        Files.createFile(trigger);

        Throwable error = backup(socket, "&compression=" + compression);

        assertThat(error).hasStackTraceContaining("READ").hasStackTraceContaining("EIO");
        assertNothingLooksWhole();
    }

    @Test
    void reportsAServerThatDoesNotAnswer() throws Exception {
        Path socket = nbdkit("--filter=delay", "pattern", "4M", "rdelay=60");

        Throwable error = backup(socket, "&requestTimeout=1000");

        assertThat(error).hasStackTraceContaining("READ").hasStackTraceContaining("was not answered within 1000 ms");
        assertNothingLooksWhole();
    }

    @Test
    void readsFromAServerWithoutStructuredReplies() throws Exception {
        Path socket = nbdkit("--no-sr", "pattern", "4M");

        assertThat(backup(socket, "")).isNull();
        assertThat(sink(MANIFEST)).exists();
        assertThat(restored()).isEqualTo(pattern(4 << 20));
    }

    @Test
    void readsFromAServerWithoutExtents() throws Exception {
        Path socket = nbdkit("--filter=noextents", "pattern", "4M");

        assertThat(backup(socket, "")).isNull();
        assertThat(Files.size(sink(STREAM))).isGreaterThan(4 << 20);
        assertThat(restored()).isEqualTo(pattern(4 << 20));
    }

    @Test
    void keepsToTheBlockSizesOfTheServer() throws Exception {
        Path socket = nbdkit("--filter=blocksize-policy", "pattern", "4M", "blocksize-minimum=4096",
                "blocksize-preferred=65536", "blocksize-maximum=128k", "blocksize-error-policy=error");

        assertThat(backup(socket, "")).isNull();
        assertThat(Files.size(sink(STREAM))).isGreaterThan(4 << 20);
        assertThat(restored()).isEqualTo(pattern(4 << 20));
    }

    @ParameterizedTest
    @CsvSource({"0,disk,none", "1,disk,none", "1000001,disk,none", "0,disk,lz4", "1,disk,lz4", "1000001,disk,lz4",
        "0,segment,none", "1,segment,lz4", "1000001,segment,none", "1000001,segment,lz4"})
    void backsUpDisksOfOddSizes(int size, String unit, String compression) throws Exception {
        Path socket = nbdkit("pattern", Integer.toString(size));

        assertThat(backup(socket, "&segmentSize=64k&unit=" + unit + "&compression=" + compression)).isNull();

        assertThat(sink(MANIFEST)).exists();
        assertThat(restored()).isEqualTo(pattern(size));
    }

    private byte[] restored() throws IOException {
        Path image = directory.resolve("restored.raw");
        DiskRestore.restore(BackupSets.inputs(BackupDirectory.read(sink("")).chain(null, Until.NEWEST)),
                RestoreOptions.toImage(image, ImageFormat.RAW));
        return Files.readAllBytes(image);
    }

    /** What the plugin serves: at each multiple of eight the offset, big-endian. */
    private static byte[] pattern(int size) {
        ByteBuffer pattern = ByteBuffer.allocate(size + Long.BYTES);
        for (int at = 0; at < size; at += Long.BYTES) {
            pattern.putLong(at);
        }
        return Arrays.copyOf(pattern.array(), size);
    }

    @Test
    void refusesADiskThatEndsWithinABlock() throws Exception {
        Path socket = nbdkit("--filter=blocksize-policy", "pattern", "1000001", "blocksize-minimum=512",
                "blocksize-preferred=4096", "blocksize-maximum=1M", "blocksize-error-policy=error");

        assertThat(backup(socket, "")).hasStackTraceContaining("1000001").hasStackTraceContaining("512");
        assertNothingLooksWhole();
    }

    @Test
    void refusesADiskOfTwoToThe63Bytes() throws Exception {
        Path socket = nbdkit("memory", "9223372036854775807");

        assertThat(backup(socket, "")).hasStackTraceContaining("9223372036854775807");
        assertNothingLooksWhole();
    }

    @ParameterizedTest
    @CsvSource({"disk,none", "disk,lz4", "segment,none", "segment,lz4"})
    void reportsAServerThatIsKilledWhileItIsRead(String unit, String compression) throws Exception {
        Path socket = nbdkit("--filter=delay", "--filter=rate", "pattern", "256M", "rate=400M", "delay-read=1ms");
        Process server = servers.get(0);
        Thread killer = new Thread(() -> {
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(this::somethingIsWritten);
            server.destroyForcibly();
        });
        killer.start();

        Throwable error = backup(socket, "&unit=" + unit + "&compression=" + compression);
        killer.join();

        // between two segments it is the next connection that fails
        assertThat(error).hasStackTraceContaining(socket.toString()).satisfiesAnyOf(
                e -> assertThat(e).hasStackTraceContaining("cannot go on reading disk vda"),
                e -> assertThat(e).hasStackTraceContaining("cannot connect"));
        assertThat(sink(MANIFEST)).doesNotExist();
        assertThat(sink(STREAM)).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(longs = {300, 5_000, 1_000_000, 3_000_001})
    void reportsAConnectionThatIsCutWithinAReply(long bytes) throws Exception {
        Path server = nbdkit("pattern", "16M");
        Path socket = directory.resolve("cut.sock");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            Thread proxy = new Thread(() -> relay(listener, server, bytes));
            proxy.setDaemon(true);
            proxy.start();

            // how the cut shows, as an end, a reset or a broken pipe, is a matter of timing
            assertThat(backup(socket, "")).hasStackTraceContaining("io.virtnbd.nbd.protocol.Nbd")
                    .hasStackTraceContaining(socket.toString());
        }
        assertNothingLooksWhole();
    }

    /** Relays one connection until the server has sent so many bytes. */
    private static void relay(ServerSocketChannel listener, Path server, long bytes) {
        try (SocketChannel client = listener.accept();
             SocketChannel upstream = SocketChannel.open(UnixDomainSocketAddress.of(server))) {
            Thread requests = new Thread(() -> {
                try {
                    Channels.newInputStream(client).transferTo(Channels.newOutputStream(upstream));
                } catch (IOException e) {
                    // the connection is cut on purpose
                }
            });
            requests.setDaemon(true);
            requests.start();
            ByteBuffer buffer = ByteBuffer.allocate(1000);
            for (long left = bytes; left > 0;) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), left));
                int read = upstream.read(buffer);
                if (read < 0) {
                    return;
                }
                left -= read;
                buffer.flip();
                while (buffer.hasRemaining()) {
                    client.write(buffer);
                }
            }
        } catch (IOException e) {
            // the client has left
        }
    }

    private Path nbdkit(String... arguments) throws IOException {
        Path socket = directory.resolve("nbdkit.sock");
        List<String> command = new ArrayList<>(List.of("nbdkit", "--foreground", "--exit-with-parent", "--readonly", "--unix",
                socket.toString()));
        command.addAll(List.of(arguments));
        servers.add(new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(directory.resolve("nbdkit.log").toFile()).start());
        Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> Files.exists(socket));
        return socket;
    }

    /** What the exchange failed with, or null. */
    private Throwable backup(Path socket, String options) throws Exception {
        CamelContext camel = new DefaultCamelContext();
        try {
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:start")
                            .to("virtnbd:backup:vm1?nbdUri=RAW(nbd+unix:///?socket=" + socket + ")" + options)
                            .split(body()).streaming().stopOnException()
                            .to("file:" + directory.resolve("sink") + "?tempFileName=${file:name}.part"
                                    + "&eagerDeleteTargetFile=false");
                }
            });
            camel.start();
            Throwable thrown = catchThrowable(() -> camel.createProducerTemplate().sendBody("direct:start", null));
            return thrown == null ? null : thrown.getCause();
        } finally {
            camel.stop();
        }
    }

    private Path sink(String name) {
        return directory.resolve("sink").resolve(name);
    }

    private boolean somethingIsWritten() throws IOException {
        if (!Files.isDirectory(sink(""))) {
            return false;
        }
        try (Stream<Path> files = Files.list(sink(""))) {
            return files.findAny().isPresent();
        }
    }

    private void assertNothingLooksWhole() {
        assertThat(sink(STREAM)).doesNotExist();
        assertThat(sink(MANIFEST)).doesNotExist();
    }
}
