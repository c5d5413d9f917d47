/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.Closing;
import io.virtnbd.engine.qemu.QemuNbd;
import io.virtnbd.engine.qemu.QemuTool;
import io.virtnbd.engine.qemu.QemuToolException;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.sparsestream.FilePayload;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A qcow2 image, made by qemu-img and written through a qemu-nbd that serves it to this process alone. */
final class Qcow2ImageTarget implements RestoreTarget {

    private static final long CREATE_SECONDS = 60;
    /** Closing the image writes its metadata and waits for the disk. */
    private static final long CLOSE_SECONDS = 600;

    private final PartialImage image;
    private QemuNbd server;
    private ExportTarget export;

    /**
     * Opens an image that is there.
     *
     * @param image   is taken over, also when this fails
     * @param options how to connect; with the meta context base:allocation where it is to be read again
     * @param journal is told of the program that has the image open; may be null
     * @throws RestoreException if QEMU's programs are not there, or refuse
     */
    Qcow2ImageTarget(PartialImage image, NbdClientOptions options, long size, RestoreJournal journal) throws IOException {
        this.image = image;
        try {
            server = QemuNbd.start(image.path(), "--format=qcow2", "--discard=unmap");
            if (journal != null) {
                journal.server(server.socket());
            }
            export = server.connect(uri -> new ExportTarget(image.toString(), uri, options, size, true));
        } catch (QemuToolException e) {
            Closing.after(e, this);
            throw failure(image, e);
        } catch (Throwable e) {
            Closing.after(e, this);
            throw e;
        }
    }

    /**
     * Makes an image.
     *
     * @param options of the format, as qemu-img takes them; may be empty
     */
    static void create(PartialImage image, long size, String options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("create", "-q", "-f", "qcow2"));
        if (!options.isEmpty()) {
            arguments.addAll(List.of("-o", options));
        }
        arguments.addAll(List.of(image.path().toString(), Long.toString(size)));
        run(image, CREATE_SECONDS, arguments);
    }

    /** Makes the image of a disk that has grown larger. */
    static void grow(PartialImage image, long size) throws IOException {
        run(image, CREATE_SECONDS, List.of("resize", "-q", "-f", "qcow2", image.path().toString(), Long.toString(size)));
    }

    private static void run(PartialImage image, long seconds, List<String> arguments) throws IOException {
        try {
            QemuTool.run(seconds, "qemu-img", arguments.toArray(String[]::new));
        } catch (QemuToolException e) {
            throw failure(image, e);
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

    @Override
    public void sync() throws IOException {
        export.sync();
    }

    @Override
    public void read(long offset, ByteBuffer buffer) throws IOException {
        export.read(offset, buffer);
    }

    @Override
    public long zeroes(long offset, long length) throws IOException {
        return export.zeroes(offset, length);
    }

    /** The server ends by itself when its only client has left; only then is the image closed. */
    @Override
    public void complete() throws IOException {
        export.complete();
        try {
            server.await(CLOSE_SECONDS);
        } catch (QemuToolException e) {
            throw failure(image, e);
        }
        try (FileChannel content = open()) {
            image.publish(content);
        }
    }

    private static RestoreException failure(PartialImage image, QemuToolException e) {
        return new RestoreException("cannot write the qcow2 image " + image + ": " + e.getMessage(), e);
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
        Closing.all(Arrays.<Closeable>asList(export, server, image));
    }
}
