/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.LongStream;

/**
 * The compressed lengths of a stream's payloads, as they stand behind the stop frame of a compressed stream: a JSON array with,
 * for each data frame in order, an integer, or for one of {@value #CHUNKED_FROM} bytes or more an object whose key is the whole
 * length and whose value the array of the lengths of its LZ4 frames. Takes about three bytes of memory for each data frame. Not
 * for use by several threads.
 */
public final class Trailer {

    /** Uncompressed bytes from which a data frame's entry is an object: 32 MiB, QEMU's largest request. */
    public static final long CHUNKED_FROM = 32L << 20;

    private static final int PIECE = 8 << 10;
    private static final int LONGEST_NUMBER = 19;

    // an integer entry is its length; an object is 0, the lengths of its LZ4 frames, 0; no length is ever 0
    private final LengthLog lengths = new LengthLog();
    private final LengthLog totals = new LengthLog();
    private long entries;
    private long jsonLength = 2;
    private boolean open;
    private boolean chunked;
    private long openTotal;
    private int openCount;

    /**
     * Adds a data frame's payload.
     *
     * @param dataLength       uncompressed bytes of the data frame; positive
     * @param lz4FrameLengths  bytes of each of its LZ4 frames; at least one, each positive
     */
    public void add(long dataLength, long... lz4FrameLengths) {
        if (dataLength <= 0 || lz4FrameLengths.length == 0 || LongStream.of(lz4FrameLengths).anyMatch(length -> length <= 0)) {
            throw new IllegalArgumentException("expected a data frame and the lengths of its LZ4 frames, found " + dataLength
                    + " bytes in " + Arrays.toString(lz4FrameLengths));
        }
        begin(dataLength);
        for (long length : lz4FrameLengths) {
            addLz4Frame(length);
        }
        end();
    }

    void begin(long dataLength) {
        requireOpen(false);
        open = true;
        chunked = dataLength >= CHUNKED_FROM;
        openTotal = 0;
        openCount = 0;
        if (entries > 0) {
            jsonLength += 2;
        }
        if (chunked) {
            lengths.append(0);
            jsonLength += "{\"\": []}".length();
        }
    }

    void addLz4Frame(long length) {
        requireOpen(true);
        openTotal = Math.addExact(openTotal, length);
        if (chunked) {
            lengths.append(length);
            jsonLength += digits(length) + (openCount > 0 ? 2 : 0);
        }
        openCount++;
    }

    void end() {
        requireOpen(true);
        lengths.append(chunked ? 0 : openTotal);
        if (chunked) {
            totals.append(openTotal);
        }
        jsonLength += digits(openTotal);
        entries++;
        open = false;
    }

    private void requireOpen(boolean expected) {
        if (open != expected) {
            throw new IllegalStateException(open ? "a payload is not ended yet" : "no payload has begun");
        }
    }

    private static int digits(long value) {
        long limit = 10;
        for (int digits = 1; digits < LONGEST_NUMBER; digits++) {
            if (value < limit) {
                return digits;
            }
            limit *= 10;
        }
        return LONGEST_NUMBER;
    }

    /** Data frames added so far. */
    public long entries() {
        return entries;
    }

    /** Bytes of the JSON, as the {@code comp} header gives them. */
    public long jsonLength() {
        return jsonLength;
    }

    /** Bytes of the JSON, CR LF and the {@code comp} header. */
    public long encodedLength() {
        return jsonLength + 2 + FrameHeader.LENGTH;
    }

    /**
     * Writes the JSON, CR LF and the {@code comp} header.
     *
     * @throws IOException what the target throws
     */
    public void writeTo(OutputStream target) throws IOException {
        for (Iterator<ByteBuffer> pieces = encode(); pieces.hasNext();) {
            ByteBuffer piece = pieces.next();
            target.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
        }
    }

    /**
     * The JSON, CR LF and the {@code comp} header in heap buffers of a few KiB each, made as they are asked for. Nothing may be
     * added meanwhile.
     */
    public Iterator<ByteBuffer> encode() {
        requireOpen(false);
        return new Pieces();
    }

    TrailerTokens tokens() {
        return new TrailerTokens(entries, lengths.cursor(), totals.cursor());
    }

    private final class Pieces implements Iterator<ByteBuffer> {

        private final TrailerTokens tokens = tokens();
        private boolean ended;

        @Override
        public boolean hasNext() {
            return !ended;
        }

        @Override
        public ByteBuffer next() {
            if (ended) {
                throw new NoSuchElementException();
            }
            StringBuilder text = new StringBuilder(PIECE + 64);
            while (text.length() < PIECE && tokens.hasNext()) {
                String token = tokens.next();
                text.append(token);
                if (token.equals(",") || token.equals(":")) {
                    text.append(' ');
                }
            }
            ended = !tokens.hasNext();
            if (ended) {
                text.append("\r\n");
            }
            ByteBuffer piece = ByteBuffer.allocate(text.length() + (ended ? FrameHeader.LENGTH : 0));
            piece.put(text.toString().getBytes(StandardCharsets.US_ASCII));
            if (ended) {
                FrameHeader.encode(FrameKind.TRAILER, 0, jsonLength, piece);
            }
            return piece.flip();
        }
    }
}
