/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.qemu;

import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A qemu-nbd that serves an image to this process alone, on a unix socket in a directory of its own. */
public final class QemuNbd implements Closeable {

    private static final long START_MILLIS = 10_000;
    private static final long POLL_MILLIS = 2;

    private final Path image;
    private final Path directory;
    private final QemuTool server;

    private QemuNbd(Path image, Path directory, QemuTool server) {
        this.image = image;
        this.directory = directory;
        this.server = server;
    }

    /**
     * Starts the program; it may not listen yet.
     *
     * @param options beside the socket and the image
     * @throws QemuToolException if the program is not on the PATH
     */
    public static QemuNbd start(Path image, String... options) throws IOException {
        Path directory = Files.createTempDirectory("virtnbd-");
        try {
            List<String> arguments = new ArrayList<>(List.of(options));
            arguments.add("--socket=" + directory.resolve("nbd.sock"));
            arguments.add(image.toString());
            return new QemuNbd(image, directory, QemuTool.start("qemu-nbd", arguments.toArray(String[]::new)));
        } catch (IOException e) {
            Files.deleteIfExists(directory);
            throw e;
        }
    }

    /** Where it serves the image. */
    public NbdUri uri() {
        return NbdUri.unix(socket(), "");
    }

    /** The socket that it serves the image on. */
    public Path socket() {
        return directory.resolve("nbd.sock");
    }

    /**
     * Connects. The server is asked again and again until it listens, because its socket appears a moment before.
     *
     * @throws QemuToolException if the program has ended, or does not serve in time
     */
    public <T> T connect(Connector<T> connector) throws IOException {
        long deadline = System.nanoTime() + START_MILLIS * 1_000_000;
        while (true) {
            boolean last = System.nanoTime() - deadline > 0;
            if (!server.isRunning() || last && !Files.exists(socket())) {
                throw server.failure("did not serve " + image);
            }
            try {
                if (Files.exists(socket())) {
                    return connector.connect(uri());
                }
            } catch (NbdNegotiationException e) {
                if (last) {
                    throw e;
                }
            }
            pause(POLL_MILLIS);
        }
    }

    /** Waits until it listens. */
    public void awaitListening() throws IOException {
        connect(uri -> uri);
    }

    static void pause(long millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for qemu-nbd");
        }
    }

    /** Waits until it has ended by itself, as it does when its last client has left. */
    public void await(long seconds) throws IOException {
        server.await(seconds);
    }

    @Override
    public void close() throws IOException {
        try {
            server.close();
        } finally {
            removeDirectory();
        }
    }

    private void removeDirectory() throws IOException {
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            return; // closed before
        }
        Files.deleteIfExists(directory);
    }

    /** Makes a connection. */
    @FunctionalInterface
    public interface Connector<T> {

        T connect(NbdUri uri) throws IOException;
    }
}
