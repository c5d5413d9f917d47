/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Lz4Element;
import io.virtnbd.sparsestream.Lz4FrameDecoder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Decodes a range of the disk on worker threads, one block after the other as they arrive, and writes it. Several tasks run
 * side by side. A task never occupies a thread while it has nothing to decode.
 */
final class DecodingTask {

    /** Bytes of the objects that stand for a piece, and of those of a task, generously. */
    private static final int PIECE_COST = 512;
    private static final int TASK_COST = 2048;

    /** A piece of the payload; the chunk that its bytes are in is null where it has none. */
    private record Piece(Lz4Element element, ChunkPool.Chunk chunk, int cost) {
    }

    private final DataFrame range;
    private final RestoreTarget target;
    private final DecodingGroup group;
    private final ChunkPool chunks;
    private final Queue<Piece> waiting = new ArrayDeque<>();
    /** Only for the thread that adds the pieces. */
    private boolean begun;
    private boolean scheduled;
    private boolean ended;
    private Lz4FrameDecoder decoder;
    private ByteBuffer buffer;
    private long written;

    /** @param range what the LZ4 frames of the task hold together */
    DecodingTask(DataFrame range, RestoreTarget target, DecodingGroup group, ChunkPool chunks) {
        this.range = range;
        this.target = target;
        this.group = group;
        this.chunks = chunks;
        this.written = range.start();
        group.started();
    }

    /**
     * Adds the next piece, when there is memory for it; the chunk, if it has one, is held until the piece is decoded. The task
     * itself is accounted for with its first piece: after that it is running, or one of the few that have a buffer.
     */
    void add(Lz4Element element, ChunkPool.Chunk chunk) throws InterruptedIOException {
        int cost = begun ? PIECE_COST : PIECE_COST + TASK_COST;
        chunks.charge(cost);
        begun = true;
        if (chunk != null) {
            chunk.hold();
        }
        synchronized (this) {
            waiting.add(new Piece(element, chunk, cost));
            schedule();
        }
    }

    /** No piece follows. */
    void end() {
        synchronized (this) {
            ended = true;
            schedule();
        }
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            group.execute(this::run);
        }
    }

    private void run() {
        while (true) {
            Piece piece;
            synchronized (this) {
                piece = waiting.poll();
                if (piece == null && !ended) {
                    scheduled = false;
                    return;
                }
            }
            try {
                if (!group.hasFailed()) {
                    if (piece == null) {
                        finish();
                    } else {
                        decode(piece.element());
                    }
                }
            } catch (IOException | RuntimeException | Error e) {
                group.failed(e);
            } finally {
                if (piece != null) {
                    release(piece);
                }
            }
            if (piece == null) {
                cleanUp();
                group.ended();
                return;
            }
        }
    }

    private void release(Piece piece) {
        if (piece.chunk() != null) {
            piece.chunk().release();
        }
        chunks.discharge(piece.cost());
    }

    private void decode(Lz4Element element) throws IOException {
        if (decoder == null) {
            decoder = group.acquireDecoder();
            decoder.begin(range);
        }
        ByteBuffer decoded = decoder.decode(element);
        while (decoded.hasRemaining()) {
            if (buffer == null) {
                buffer = target.acquire();
            }
            int length = Math.min(decoded.remaining(), buffer.remaining());
            buffer.put(decoded.slice(decoded.position(), length));
            decoded.position(decoded.position() + length);
            if (!buffer.hasRemaining()) {
                write();
            }
        }
    }

    private void finish() throws IOException {
        if (decoder != null) {
            decoder.finish();
        }
        if (buffer != null) {
            write();
        }
    }

    private void write() throws IOException {
        ByteBuffer full = buffer.flip();
        buffer = null;
        int length = full.remaining();
        target.write(written, full);
        written += length;
    }

    private void cleanUp() {
        if (buffer != null) {
            target.release(buffer);
            buffer = null;
        }
        if (decoder != null) {
            group.releaseDecoder(decoder);
            decoder = null;
        }
    }
}
