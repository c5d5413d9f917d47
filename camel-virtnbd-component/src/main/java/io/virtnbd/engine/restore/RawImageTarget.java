/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.Closing;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.server.RawFileExport;
import io.virtnbd.sparsestream.FilePayload;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** A raw image file or a block device. A file is sparse where nothing is written and, where the file system can make holes, where zeroes are. */
final class RawImageTarget implements RestoreTarget {

    private static final int PIECE = 512 << 10;
    private static final int BUFFERS = 8;

    private final TargetFile image;
    private final FileChannel channel;
    private final BufferPool buffers;
    /** The same file: it can make holes, which the channel cannot. */
    private final RawFileExport holes;

    /** @param image is taken over, also when this fails */
    RawImageTarget(TargetFile image, long size) throws IOException {
        this.image = image;
        FileChannel opened = null;
        try {
            opened = open(image);
            channel = opened;
            buffers = new BufferPool(BUFFERS, PIECE, image.toString());
            image.fit(channel, size);
            holes = RawFileExport.writable(image.path());
        } catch (Throwable e) {
            Closing.after(e, opened, image);
            throw e;
        }
    }

    private static FileChannel open(TargetFile image) throws RestoreException {
        try {
            return FileChannel.open(image.path(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw image.failure(e);
        }
    }

    @Override
    public int pieceSize() {
        return PIECE;
    }

    @Override
    public boolean isBlank() {
        return image.isBlank();
    }

    @Override
    public ByteBuffer acquire() throws IOException {
        return buffers.acquire();
    }

    @Override
    public void release(ByteBuffer buffer) {
        buffers.release(buffer);
    }

    @Override
    public void write(long offset, ByteBuffer buffer) throws IOException {
        try {
            writeFully(offset, buffer);
        } finally {
            buffers.release(buffer);
        }
    }

    @Override
    public synchronized void write(long offset, FilePayload payload) throws IOException {
        position(offset);
        long done = 0;
        while (done < payload.length()) {
            long moved = transfer(payload, done);
            if (moved <= 0) {
                throw new EOFException("the stream's file ended at " + (payload.position() + done) + " while it was read");
            }
            done += moved;
        }
    }

    private void position(long offset) throws RestoreException {
        try {
            channel.position(offset);
        } catch (IOException e) {
            throw image.failure(e);
        }
    }

    private long transfer(FilePayload payload, long done) throws RestoreException {
        try {
            return payload.channel().transferTo(payload.position() + done, payload.length() - done, channel);
        } catch (IOException e) {
            throw image.failure(e);
        }
    }

    @Override
    public void zero(long offset, long length) throws IOException {
        try {
            image.zero(holes, offset, length);
        } catch (IOException e) {
            throw image.failure(e);
        }
    }

    private void writeFully(long offset, ByteBuffer buffer) throws RestoreException {
        long at = offset;
        try {
            while (buffer.hasRemaining()) {
                at += channel.write(buffer, at);
            }
        } catch (IOException e) {
            throw image.failure(e);
        }
    }

    @Override
    public void drain() {
        // each write is done when its method returns
    }

    @Override
    public void sync() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw image.failure(e);
        }
    }

    @Override
    public void read(long offset, ByteBuffer buffer) throws IOException {
        holes.read(offset, buffer);
    }

    @Override
    public long zeroes(long offset, long length) throws IOException {
        if (!image.isBlank()) {
            return 0; // a block device, which cannot say where it has data
        }
        long[] zeroes = new long[1];
        holes.extents(offset, length, extent -> {
            boolean zero = extent.type() != ExtentType.DATA;
            zeroes[0] = zero ? Math.min(extent.end(), offset + length) - offset : 0;
            return false;
        });
        return zeroes[0];
    }

    @Override
    public void complete() throws IOException {
        image.publish(channel);
    }

    @Override
    public void close() throws IOException {
        Closing.all(Arrays.asList(holes, channel, image));
    }
}
