/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.sparsestream.FilePayload;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** A qcow2 image, made by qemu-img and written through a qemu-nbd that serves it to this process alone. */
final class Qcow2ImageTarget implements RestoreTarget {

    private static final long CREATE_SECONDS = 60;
    private static final long START_MILLIS = 10_000;
    /** Closing the image writes its metadata and waits for the disk. */
    private static final long CLOSE_SECONDS = 600;
    private static final long POLL_MILLIS = 2;

    private final PartialImage image;
    private Path directory;
    private QemuTool server;
    private ExportTarget export;

    /** @param image is taken over, also when this fails */
    Qcow2ImageTarget(PartialImage image, NbdClientOptions options, long size) throws IOException {
        this.image = image;
        try {
            directory = Files.createTempDirectory("virtnbd-");
            try (QemuTool create = QemuTool.start("qemu-img", "create", "-q", "-f", "qcow2", image.path().toString(),
                    Long.toString(size))) {
                create.await(CREATE_SECONDS);
            }
            Path socket = directory.resolve("nbd.sock");
            server = QemuTool.start("qemu-nbd", "--format=qcow2", "--discard=unmap", "--socket=" + socket,
                    image.path().toString());
            export = connect(socket, options, size);
        } catch (Throwable e) {
            Closing.after(e, this);
            throw e;
        }
    }

    /** The server is asked again and again until it listens, because its socket appears a moment before. */
    private ExportTarget connect(Path socket, NbdClientOptions options, long size) throws IOException {
        long deadline = System.nanoTime() + START_MILLIS * 1_000_000;
        while (true) {
            boolean last = System.nanoTime() - deadline > 0;
            if (!server.isRunning() || last && !Files.exists(socket)) {
                throw server.failure("did not serve " + image.path());
            }
            try {
                if (Files.exists(socket)) {
                    return new ExportTarget(image.toString(), NbdUri.unix(socket, ""), options, size, true);
                }
            } catch (NbdNegotiationException e) {
                if (last) {
                    throw e;
                }
            }
            pause();
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
    public int pieceSize() {
        return export.pieceSize();
    }

    @Override
    public boolean isBlank() {
        return true;
    }

    @Override
    public ByteBuffer acquire() throws IOException {
        return export.acquire();
    }

    @Override
    public void release(ByteBuffer buffer) {
        export.release(buffer);
    }

    @Override
    public void write(long offset, ByteBuffer buffer) throws IOException {
        export.write(offset, buffer);
    }

    @Override
    public void write(long offset, FilePayload payload) throws IOException {
        export.write(offset, payload);
    }

    @Override
    public void zero(long offset, long length) throws IOException {
        export.zero(offset, length);
    }

    @Override
    public void drain() throws IOException {
        export.drain();
    }

    /** The server ends by itself when its only client has left; only then is the image closed. */
    @Override
    public void complete() throws IOException {
        export.complete();
        server.await(CLOSE_SECONDS);
        try (FileChannel content = open()) {
            image.publish(content);
        }
    }

    private FileChannel open() throws RestoreException {
        try {
            return FileChannel.open(image.path(), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw image.failure(e);
        }
    }

    @Override
    public void close() throws IOException {
        Closing.all(Arrays.<Closeable>asList(export, server, this::removeDirectory, image));
    }

    private void removeDirectory() throws IOException {
        if (directory != null) {
            try (var files = Files.newDirectoryStream(directory)) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            } catch (NoSuchFileException e) {
                return; // closed before
            }
            Files.deleteIfExists(directory);
        }
    }
}
