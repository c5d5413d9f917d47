/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Lz4Block;
import io.virtnbd.sparsestream.Lz4Element;
import io.virtnbd.sparsestream.Lz4FrameEnd;
import io.virtnbd.sparsestream.Lz4FrameStart;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.SparseStreamReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes compressed payloads apart and hands their LZ4 frames to worker threads. LZ4 frames that say how large their content is
 * are decoded side by side, since it is known where each belongs; the others one after the other. Belongs to one thread.
 */
final class Lz4Payloads implements Closeable {

    private static final ByteBuffer NO_ROOM = ByteBuffer.allocate(0);

    private final RestoreTarget target;
    private final DecodingGroup group = new DecodingGroup();
    private final ChunkPool chunks = new ChunkPool();
    private ChunkPool.Chunk chunk;
    private DecodingTask task;

    Lz4Payloads(RestoreTarget target) {
        this.target = target;
    }

    /** Applies the payload of the reader's current frame. It may still be under way when this method returns. */
    void apply(SparseStreamReader reader, DataFrame frame) throws IOException {
        long covered = frame.start();
        boolean sized = false;
        int maxBlockSize = 0;
        try {
            while (true) {
                group.check();
                Lz4Element element = reader.nextLz4Element(maxBlockSize == 0 ? NO_ROOM : room(maxBlockSize));
                if (element == null) {
                    break;
                }
                if (element instanceof Lz4FrameStart start) {
                    maxBlockSize = start.maxBlockSize();
                    if (task == null) {
                        sized = start.contentSize().isPresent();
                        long length = start.contentSize().orElse(frame.end() - covered);
                        requireWithin(frame, covered, length, start.offset());
                        task = new DecodingTask(new DataFrame(covered, length), target, group, chunks);
                        covered += length;
                    }
                }
                task.add(element, element instanceof Lz4Block ? chunk : null);
                if (element instanceof Lz4FrameEnd) {
                    maxBlockSize = 0;
                    if (sized) {
                        endTask();
                    }
                }
            }
            if (covered != frame.end()) {
                throw new MalformedStreamException(reader.position(), "LZ4 payload: expected " + frame.length()
                        + " bytes, found " + (covered - frame.start()));
            }
        } finally {
            endTask();
        }
    }

    /** Goes over the payload of the reader's current frame, which was applied before, without decoding it. */
    void skip(SparseStreamReader reader) throws IOException {
        ByteBuffer block = NO_ROOM;
        for (Lz4Element element = reader.nextLz4Element(block); element != null;
                element = reader.nextLz4Element(block.clear())) {
            if (element instanceof Lz4FrameStart start && block.capacity() < start.maxBlockSize()) {
                block = ByteBuffer.allocate(start.maxBlockSize());
            }
        }
    }

    private static void requireWithin(DataFrame frame, long covered, long length, long offset) throws MalformedStreamException {
        if (length <= 0 || length > frame.end() - covered) {
            throw new MalformedStreamException(offset, "LZ4 frame: expected at most " + (frame.end() - covered)
                    + " more bytes of the data frame, found " + length);
        }
    }

    private ByteBuffer room(int maxBlockSize) throws IOException {
        if (chunk != null && chunk.room().remaining() < maxBlockSize) {
            chunk.release();
            chunk = null;
        }
        if (chunk == null) {
            chunk = chunks.acquire(maxBlockSize);
        }
        return chunk.room();
    }

    private void endTask() {
        if (task != null) {
            task.end();
            task = null;
        }
    }

    /** Waits until all that was applied is decoded and handed to the target. */
    void finish() throws IOException {
        group.await();
    }

    @Override
    public void close() {
        group.failed(new RestoreException("the restore has ended"));
    }
}
