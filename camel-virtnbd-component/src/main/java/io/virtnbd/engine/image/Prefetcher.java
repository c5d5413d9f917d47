/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings content that is likely to be read into the cache, in threads of its own, which end when there is nothing to do. Each
 * piece has one of them, since what is next in a piece of linked blocks is decoded soonest after what is before. Content that is
 * read straight from its file is left alone. Safe for use by several threads.
 */
final class Prefetcher implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(Prefetcher.class);

    /** Each place that many bytes behind another, from the start of a piece, may be in a unit of its own. */
    private static final int STEP = 256 << 10;
    /** What a thread has to do at most; more is left to whoever reads it. */
    private static final int QUEUE = 64;
    private static final int IDLE_SECONDS = 5;

    private final Layers layers;
    private final Reader reader;
    private final ThreadPoolExecutor[] lanes;

    /** Puts what it reads in the cache. */
    interface Reader {

        void read(long offset, ByteBuffer target) throws IOException;
    }

    Prefetcher(Layers layers, Reader reader, int threads) {
        this.layers = layers;
        this.reader = reader;
        this.lanes = new ThreadPoolExecutor[threads];
        for (int i = 0; i < threads; i++) {
            lanes[i] = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), task -> {
                Thread thread = new Thread(task, "virtnbd-prefetch");
                thread.setDaemon(true);
                return thread;
            }, new ThreadPoolExecutor.DiscardPolicy());
            lanes[i].allowCoreThreadTimeOut(true);
        }
    }

    /** Whether reading takes so long that it is better begun before somebody waits for it. */
    static boolean helps(IndexedStream stream) {
        return stream.table().compressed() || stream.access().lookahead() > 0;
    }

    /** Returns at once. */
    void expect(long offset, long length) throws IOException {
        layers.visit(offset, offset + length, new Layers.Visitor() {
            @Override
            public boolean data(IndexedStream stream, FrameCursor frame, long start, long end) {
                if (helps(stream)) {
                    pieces(stream, frame, start, end);
                }
                return true;
            }

            @Override
            public boolean zero(long start, long end) {
                return true;
            }
        });
    }

    private void pieces(IndexedStream stream, FrameCursor frame, long start, long end) {
        for (long at = start; at < end;) {
            long first;
            long length;
            if (stream.table().compressed()) {
                FrameCursor.Piece piece = frame.piece(at);
                first = piece.start();
                length = piece.length();
            } else {
                first = at - (at - frame.start()) % PlainPiece.LENGTH;
                length = PlainPiece.LENGTH;
            }
            long from = at;
            long to = Math.min(end, first + length);
            int lane = (int) Math.floorMod(31 * stream.number() + Long.hashCode(first >>> 16), (long) lanes.length);
            lanes[lane].execute(() -> touch(first, from, to));
            at = to;
        }
    }

    private void touch(long first, long from, long to) {
        try {
            for (long at = from; at < to; at = first + ((at - first) / STEP + 1) * STEP) {
                reader.read(at, ByteBuffer.allocate(1));
            }
        } catch (IOException | RuntimeException e) {
            // whoever reads it for himself finds the same, and reports it
            LOG.debug("Bytes {} to {} of the disk cannot be read ahead", from, to, e);
        }
    }

    /** Leaves what is not done. */
    @Override
    public void close() {
        for (ThreadPoolExecutor lane : lanes) {
            lane.shutdownNow();
        }
    }
}
