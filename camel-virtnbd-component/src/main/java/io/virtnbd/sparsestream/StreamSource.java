/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of a stream, front to back, with a small buffer for headers; what is longer goes to its target directly. */
abstract class StreamSource implements Closeable {

    private final ByteBuffer buffer;
    private long fetched;

    StreamSource(int bufferSize) {
        this(bufferSize, 0);
    }

    /** @param start offset in the stream of the first byte that is fetched */
    StreamSource(int bufferSize, long start) {
        fetched = start;
        buffer = ByteBuffer.allocate(bufferSize).flip();
    }

    /** Fetches at least one byte and moves the target's position, or returns -1 at the end. The target has room. */
    abstract int fetch(ByteBuffer target) throws IOException;

    /** Moves forward over bytes that nobody wants. Returns how many, less than asked for only at the end. */
    abstract long pass(long count) throws IOException;

    /** Offset of the next byte from the start of the stream. */
    final long position() {
        return fetched - buffer.remaining();
    }

    /**
     * Makes that many bytes available.
     *
     * @param count no more than the buffer's size
     * @return the buffer, from whose position they are to be taken
     */
    final ByteBuffer require(int count, String what) throws IOException {
        if (buffer.remaining() < count) {
            buffer.compact();
            try {
                while (buffer.position() < count) {
                    int got = fetch(buffer);
                    if (got < 0) {
                        throw truncated(what, count, buffer.position(), fetched);
                    }
                    fetched += got;
                }
            } finally {
                buffer.flip();
            }
        }
        return buffer;
    }

    /** Moves bytes into the target, as many as its limit allows and are at hand, at least one. */
    final int read(ByteBuffer target, String what) throws IOException {
        int count = Math.min(buffer.remaining(), target.remaining());
        if (count > 0) {
            target.put(target.position(), buffer, buffer.position(), count);
            target.position(target.position() + count);
            buffer.position(buffer.position() + count);
            return count;
        }
        int got = fetch(target);
        if (got < 0) {
            throw truncated(what, target.remaining(), 0, fetched);
        }
        fetched += got;
        return got;
    }

    /** Fills the target to its limit. */
    final void readFully(ByteBuffer target, String what) throws IOException {
        while (target.hasRemaining()) {
            read(target, what);
        }
    }

    /** Passes over that many bytes, all of which must be there. */
    final void skip(long count, String what) throws IOException {
        int buffered = (int) Math.min(count, buffer.remaining());
        buffer.position(buffer.position() + buffered);
        long wanted = count - buffered;
        if (wanted > 0) {
            long passed = pass(wanted);
            fetched += passed;
            if (passed < wanted) {
                throw truncated(what, wanted, passed, fetched);
            }
        }
    }

    final void requireCrLf(String after) throws IOException {
        ByteBuffer bytes = require(2, "CR LF after the " + after);
        if (bytes.get(bytes.position()) != '\r' || bytes.get(bytes.position() + 1) != '\n') {
            throw new MalformedStreamException(position(), "expected CR LF after the " + after + ", found "
                    + Printable.of(bytes, bytes.position(), 2));
        }
        bytes.position(bytes.position() + 2);
    }

    final void requireEnd() throws IOException {
        if (!buffer.hasRemaining()) {
            buffer.clear();
            int got = fetch(buffer);
            buffer.flip();
            fetched += Math.max(got, 0);
        }
        if (buffer.hasRemaining()) {
            throw new MalformedStreamException(position(), "expected the end of the stream, found "
                    + Printable.of(buffer, buffer.position(), 1));
        }
    }

    private static MalformedStreamException truncated(String what, long expected, long found, long offset) {
        return new MalformedStreamException(offset, what + ": expected " + expected
                + " bytes, found the end of the stream after " + found);
    }
}
