/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.sparsestream.FrameHeader;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads plain content. Safe for use by several threads. */
final class PlainReader {

    private final ImageCache cache;

    PlainReader(ImageCache cache) {
        this.cache = cache;
    }

    /** @param start on the disk, in that frame */
    void read(IndexedStream stream, FrameCursor frame, long start, ByteBuffer target) throws IOException {
        if (stream.access().lookahead() > 0) {
            readPieces(stream, frame, start - frame.start(), target);
            return;
        }
        ByteBuffer header = ByteBuffer.allocate(FrameHeader.LENGTH);
        stream.access().read(frame.headerOffset(), header);
        PlainPiece.requireHeader(stream, frame.headerOffset(), frame.start(), frame.length(), header.flip());
        stream.access().read(frame.payloadOffset() + start - frame.start(), target);
    }

    /** Where a reading takes its time, more is read than is asked for. */
    private void readPieces(IndexedStream stream, FrameCursor frame, long from, ByteBuffer target) throws IOException {
        int limit = target.limit();
        for (long at = from; target.hasRemaining();) {
            long number = at / PlainPiece.LENGTH;
            int within = (int) (at % PlainPiece.LENGTH);
            int count = Math.min(target.remaining(), PlainPiece.LENGTH - within);
            target.limit(target.position() + count);
            cache.read(new PieceCache.Key(stream.number(), frame.payloadOffset() + number * PlainPiece.LENGTH, 0),
                    () -> new PlainPiece(stream, frame, number), within, target);
            target.limit(limit);
            at += count;
        }
    }
}
