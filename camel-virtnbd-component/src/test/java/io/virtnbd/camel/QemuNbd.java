/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;

/** An image that qemu-nbd serves on a unix socket, read-only, until it is closed. */
public final class QemuNbd implements AutoCloseable {

    private final Process process;
    private final Path socket;

    private QemuNbd(Process process, Path socket) {
        this.process = process;
        this.socket = socket;
    }

    public static QemuNbd serve(Path image, String format) throws IOException {
        Path socket = Files.createTempDirectory("qemu").resolve("nbd.sock");
        Path pidFile = socket.resolveSibling("pid");
        Process process = new ProcessBuilder("qemu-nbd", "--read-only", "--persistent", "--shared=8", "--pid-file=" + pidFile,
                "--socket=" + socket, "--format=" + format, image.toString())
                .redirectErrorStream(true).redirectOutput(socket.resolveSibling("log").toFile()).start();
        Awaitility.await().until(() -> Files.exists(pidFile) || !process.isAlive());
        if (!process.isAlive()) {
            throw new IOException("qemu-nbd has ended: " + Files.readString(socket.resolveSibling("log")));
        }
        return new QemuNbd(process, socket);
    }

    public String uri() {
        return "nbd+unix:///?socket=" + socket;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        Awaitility.await().until(() -> !process.isAlive());
        Files.deleteIfExists(socket);
        Files.deleteIfExists(socket.resolveSibling("pid"));
        Files.deleteIfExists(socket.resolveSibling("log"));
        Files.delete(socket.getParent());
    }
}
