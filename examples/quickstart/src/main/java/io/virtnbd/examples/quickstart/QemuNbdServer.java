/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.examples.support.ExampleException;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Serves a qcow2 image by a qemu-nbd of its own. */
final class QemuNbdServer implements SourceDisk {

    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long POLL_MILLIS = 10;
    private static final long STOP_SECONDS = 10;

    private final SocketDirectory directory;
    private final Path log;
    private final Process process;

    private QemuNbdServer(SocketDirectory directory, Path program, Path image) throws IOException {
        this.directory = directory;
        this.log = directory.path().resolve("qemu-nbd.log");
        this.process = new ProcessBuilder(program.toString(), "--read-only", "--format=qcow2", "--persistent", "--shared=8",
                "--socket=" + directory.socket(), image.toString())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        process.getOutputStream().close();
    }

    /** @throws ExampleException if there is no qemu-nbd, or it does not serve the image */
    static QemuNbdServer start(Path image) throws IOException, ExampleException {
        Path program = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty()).map(entry -> Path.of(entry, "qemu-nbd")).filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new ExampleException(image + " is a qcow2 image, and qemu-nbd, which reads it, is not"
                        + " on the PATH; install it (Debian: qemu-utils) or convert the image to raw"));
        QemuNbdServer server = new QemuNbdServer(SocketDirectory.create(), program, image);
        try {
            server.awaitReady(image);
            return server;
        } catch (IOException | ExampleException e) {
            server.close();
            throw e;
        }
    }

    private void awaitReady(Path image) throws IOException, ExampleException {
        long begin = System.nanoTime();
        while (!isListening()) {
            if (!process.isAlive() || System.nanoTime() - begin > START_NANOS) {
                throw new ExampleException("qemu-nbd does not serve " + image + ": " + Files.readString(log).strip());
            }
            pause();
        }
    }

    /** The socket appears a moment before it is listened to. */
    private boolean isListening() {
        if (!Files.exists(directory.socket())) {
            return false;
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(directory.socket()))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for qemu-nbd");
        }
    }

    @Override
    public String uri() {
        return NbdUri.unix(directory.socket(), "").toString();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(log);
        directory.close();
    }
}
