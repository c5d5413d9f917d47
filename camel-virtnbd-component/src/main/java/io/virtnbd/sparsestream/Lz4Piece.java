/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A compressed payload, or an LZ4 frame of it that is known to hold a certain range, decoded as far as somebody has asked for.
 * What was decoded is kept. All checksums on the way are verified. Safe for use by several threads, which wait for each other.
 */
public final class Lz4Piece {

    private static final int CHUNK = 1 << 20;

    private final int length;
    private final long encodedEnd;
    private final int chunkSize;
    private final byte[][] chunks;
    private AccessSource source;
    private Lz4PayloadScanner scanner;
    private Lz4FrameDecoder decoder;
    private ByteBuffer scratch = ByteBuffer.allocate(0);
    private int decoded;
    /** Of what was decoded, what is verified too. */
    private volatile int available;
    private MalformedStreamException failure;

    /**
     * @param offset        where in the stream it begins
     * @param encodedLength bytes in the stream
     * @param length        bytes of the disk
     */
    public Lz4Piece(StreamAccess access, long offset, long encodedLength, int length) {
        this.length = length;
        this.encodedEnd = offset + encodedLength;
        this.chunkSize = Math.min(length, CHUNK);
        this.chunks = new byte[(length + chunkSize - 1) / chunkSize][];
        this.source = new AccessSource(access, offset, encodedEnd, (int) Math.max(64, Math.min(encodedLength, access.pieceSize())));
        this.scanner = new Lz4PayloadScanner(source);
        this.decoder = new Lz4FrameDecoder();
        DataFrame frame = new DataFrame(0, length);
        scanner.begin(length);
        decoder.begin(frame);
    }

    /** Bytes of memory that it takes, not counting what it needs while it decodes. */
    public int weight() {
        return Math.min(length, (available + chunkSize - 1) / chunkSize * chunkSize);
    }

    /**
     * Fills the buffer up to its limit.
     *
     * @param at first byte, from the start of the piece
     * @throws MalformedStreamException if the piece is damaged, or decodes to another length; it is not usable then
     */
    public void read(int at, ByteBuffer target) throws IOException {
        Objects.checkFromIndexSize(at, target.remaining(), length);
        int end = at + target.remaining();
        if (available < end) {
            decodeTo(end);
        }
        int from = at;
        while (target.hasRemaining()) {
            int within = from % chunkSize;
            int count = Math.min(target.remaining(), chunkSize - within);
            target.put(chunks[from / chunkSize], within, count);
            from += count;
        }
    }

    private synchronized void decodeTo(int end) throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            while (decoder != null && (decoded < end || decoded == length || isUnverified())) {
                step();
            }
            available = decoded;
        } catch (MalformedStreamException e) {
            failure = e;
            throw e;
        } catch (IOException | RuntimeException e) {
            failure = new MalformedStreamException(source.position(), "was not read to its end", e);
            throw e;
        }
    }

    /** Without checksums of blocks it is only the end of an LZ4 frame that tells. */
    private boolean isUnverified() {
        Lz4FrameStart frame = scanner.currentFrame();
        return frame != null && !frame.blockChecksums() && frame.contentChecksum();
    }

    private void step() throws IOException {
        Lz4FrameStart frame = scanner.currentFrame();
        if (frame != null && scratch.capacity() < frame.maxBlockSize()) {
            scratch = ByteBuffer.allocate(frame.maxBlockSize());
        }
        Lz4Element element = scanner.next(scratch.clear());
        if (element == null) {
            decoder.finish();
            throw new AssertionError("a piece without an end");
        }
        keep(decoder.decode(element));
        if (element instanceof Lz4FrameEnd && decoder.remaining() == 0) {
            if (source.position() != encodedEnd) {
                throw new MalformedStreamException(source.position(), "LZ4 payload: expected " + length + " bytes in "
                        + "LZ4 frames that end at byte " + encodedEnd + ", found them ended before");
            }
            decoder = null;
            scanner = null;
            scratch = null;
        }
    }

    private void keep(ByteBuffer bytes) {
        int at = decoded;
        while (bytes.hasRemaining()) {
            int chunk = at / chunkSize;
            if (chunks[chunk] == null) {
                chunks[chunk] = new byte[Math.min(chunkSize, length - chunk * chunkSize)];
            }
            int count = Math.min(bytes.remaining(), chunkSize - at % chunkSize);
            bytes.get(chunks[chunk], at % chunkSize, count);
            at += count;
        }
        decoded = at;
    }
}
