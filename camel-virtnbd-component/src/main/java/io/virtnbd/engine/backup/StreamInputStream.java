/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.engine.ProgressListener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Objects;

/**
 * The bytes of one reading of a stream: the head, what the pipeline brings, the tail. Belongs to one thread, but for {@link
 * #close}.
 */
final class StreamInputStream extends InputStream {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ReadPipeline pipeline;
    private final StreamTail tail;
    private final String disk;
    private final long totalDataBytes;
    private final ProgressListener progress;
    private ByteBuffer current;
    private Slot slot;
    private long dataBytes;
    private Iterator<ByteBuffer> tailPieces;
    private Exception failure;
    private volatile boolean closed;

    StreamInputStream(byte[] head, ReadPipeline pipeline, StreamTail tail, String disk, long totalDataBytes,
                      ProgressListener progress) {
        this.current = ByteBuffer.wrap(head);
        this.pipeline = pipeline;
        this.tail = tail;
        this.disk = disk;
        this.totalDataBytes = totalDataBytes;
        this.progress = progress;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /**
     * Fills the whole range unless the stream ends, so that sinks write large pieces however small the frames are. After a
     * failure nothing can be read any more: what was copied before it is lost.
     */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (closed) {
            throw new IOException("the stream of disk " + disk + " is closed");
        }
        if (failure != null) {
            throw new IOException("the stream of disk " + disk + " failed before: " + failure.getMessage(), failure);
        }
        try {
            return fill(target, offset, length);
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    private int fill(byte[] target, int offset, int length) throws IOException {
        int done = 0;
        while (done < length && (current.hasRemaining() || advance())) {
            int piece = Math.min(length - done, current.remaining());
            current.get(target, offset + done, piece);
            done += piece;
        }
        return done == 0 && length > 0 ? -1 : done;
    }

    @Override
    public int available() {
        return closed || failure != null ? 0 : current.remaining();
    }

    private boolean advance() throws IOException {
        if (tailPieces != null) {
            if (!tailPieces.hasNext()) {
                return false;
            }
            current = tailPieces.next();
            return true;
        }
        if (slot != null) {
            dataBytes += slot.dataBytes();
            slot = null;
            current = NOTHING;
            pipeline.release();
            progress.progress(disk, dataBytes, totalDataBytes);
        }
        slot = pipeline.take();
        if (slot != null) {
            slot.contributeTo(tail);
            current = slot.output();
            return true;
        }
        pipeline.close();
        tailPieces = tail.encode();
        current = tailPieces.next();
        return true;
    }

    @Override
    public void close() {
        closed = true;
        pipeline.close();
    }
}
