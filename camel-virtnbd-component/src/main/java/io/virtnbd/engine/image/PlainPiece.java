/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A part of a plain payload in a store, fetched when it is first read, with the frame's header where that is beside it. */
final class PlainPiece implements Content {

    /** Bytes of a piece at most. */
    static final int LENGTH = 1 << 20;

    private final IndexedStream stream;
    private final long headerOffset;
    private final long frameStart;
    private final long frameLength;
    private final long from;
    private final int length;
    private ByteBuffer bytes;

    /** @param number of the piece in the frame's payload, from 0 */
    PlainPiece(IndexedStream stream, FrameCursor frame, long number) {
        this.stream = stream;
        this.headerOffset = frame.headerOffset();
        this.frameStart = frame.start();
        this.frameLength = frame.length();
        this.from = number * LENGTH;
        this.length = (int) Math.min(LENGTH, frameLength - from);
    }

    @Override
    public void read(int at, ByteBuffer target) throws IOException {
        ByteBuffer content = content();
        int count = target.remaining();
        target.put(target.position(), content, at, count);
        target.position(target.position() + count);
    }

    private synchronized ByteBuffer content() throws IOException {
        if (bytes == null) {
            int header = from == 0 ? FrameHeader.LENGTH : 0;
            ByteBuffer fetched = ByteBuffer.allocate(header + length);
            stream.access().read(headerOffset + FrameHeader.LENGTH + from - header, fetched);
            ByteBuffer found = fetched.flip();
            if (header == 0) {
                found = ByteBuffer.allocate(FrameHeader.LENGTH);
                stream.access().read(headerOffset, found);
                found.flip();
            }
            requireHeader(stream, headerOffset, frameStart, frameLength, found);
            bytes = fetched.slice(header, length);
        }
        return bytes;
    }

    @Override
    public int weight() {
        return length;
    }

    /** A plain payload has no checksum, so it is made sure at least that it is still the frame's. */
    static void requireHeader(IndexedStream stream, long offset, long start, long length, ByteBuffer header)
            throws IOException {
        Frame found = FrameHeader.decode(header, offset);
        if (found.start() != start || found.length() != length) {
            throw new IOException(stream.member().file() + " has changed: expected a frame of start " + start + ", length "
                    + length + " at byte " + offset + ", found one of start " + found.start() + ", length " + found.length());
        }
    }
}
