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
import java.util.Arrays;

/** A qcow2 image, made by qemu-img and written through a qemu-nbd that serves it to this process alone. */
final class Qcow2ImageTarget implements RestoreTarget {

    private static final long CREATE_SECONDS = 60;
    /** Closing the image writes its metadata and waits for the disk. */
    private static final long CLOSE_SECONDS = 600;

    private final PartialImage image;
    private QemuNbd server;
    private ExportTarget export;

    /**
     * @param image is taken over, also when this fails
     * @throws RestoreException if QEMU's programs are not there, or refuse
     */
    Qcow2ImageTarget(PartialImage image, NbdClientOptions options, long size) throws IOException {
        this.image = image;
        try {
            QemuTool.run(CREATE_SECONDS, "qemu-img", "create", "-q", "-f", "qcow2", image.path().toString(),
                    Long.toString(size));
            server = QemuNbd.start(image.path(), "--format=qcow2", "--discard=unmap");
            export = server.connect(uri -> new ExportTarget(image.toString(), uri, options, size, true));
        } catch (QemuToolException e) {
            Closing.after(e, this);
            throw failure(e);
        } catch (Throwable e) {
            Closing.after(e, this);
            throw e;
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
        try {
            server.await(CLOSE_SECONDS);
        } catch (QemuToolException e) {
            throw failure(e);
        }
        try (FileChannel content = open()) {
            image.publish(content);
        }
    }

    private RestoreException failure(QemuToolException e) {
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
