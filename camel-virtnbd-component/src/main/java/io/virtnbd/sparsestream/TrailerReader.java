/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;

/** Reads the trailer of a compressed stream from the stream's end, entry by entry, in constant memory. */
final class TrailerReader {

    private static final int BUFFER = 16 << 10;
    /** LZ4 frames of one data frame at most: 32 TiB in one. */
    private static final int MOST_LENGTHS = 1 << 20;

    private final AccessSource source;
    private final long start;
    /** Entries that were looked at already. */
    private final ArrayDeque<Entry> ready = new ArrayDeque<>();
    private boolean any;
    private boolean closed;

    /** The lengths of one payload's LZ4 frames; of one below 32 MiB, their sum. */
    record Entry(long offset, boolean chunked, long[] lengths) {

        long total() {
            return Arrays.stream(lengths).sum();
        }
    }

    /** @throws MalformedStreamException if the stream does not end with a trailer's header and what belongs before it */
    TrailerReader(StreamAccess access, StreamLimits limits) throws IOException {
        long headerAt = access.size() - FrameHeader.LENGTH;
        if (headerAt < 0) {
            throw new MalformedStreamException(access.size(), "expected a trailer's frame header, found the end of the stream");
        }
        AccessSource last = new AccessSource(access, headerAt, access.size(), FrameHeader.LENGTH);
        Frame frame = FrameHeader.decode(last.require(FrameHeader.LENGTH, "trailer's frame header"), headerAt);
        if (!(frame instanceof TrailerFrame)) {
            throw new MalformedStreamException(headerAt, "expected a comp frame at the end of a compressed stream, found a "
                    + frame.kind().tag() + " frame");
        }
        if (frame.length() > Math.min(limits.maxTrailerBytes(), headerAt - 2)) {
            throw new MalformedStreamException(headerAt, "trailer: expected at most "
                    + Math.min(limits.maxTrailerBytes(), headerAt - 2) + " bytes, found " + frame.length());
        }
        start = headerAt - 2 - frame.length();
        new AccessSource(access, headerAt - 2, headerAt, 2).requireCrLf("trailer");
        source = new AccessSource(access, start, headerAt - 2, BUFFER);
        expect('[');
    }

    /** Where the trailer begins, which is where the stop frame ends. */
    long start() {
        return start;
    }

    /** The entry of the next data frame. */
    Entry next(long dataLength) throws IOException {
        Entry entry = ready.isEmpty() ? read() : ready.remove();
        if (entry == null) {
            throw new MalformedStreamException(source.position(), "trailer: expected an entry for each data frame, found its"
                    + " end");
        }
        if (entry.chunked() != dataLength >= Trailer.CHUNKED_FROM) {
            throw new MalformedStreamException(entry.offset(), "trailer: expected " + (entry.chunked() ? "a number" : "an object")
                    + " for a data frame of " + dataLength + " bytes, found " + (entry.chunked() ? "an object" : "a number"));
        }
        return entry;
    }

    /** The total of the entry that comes so many after the next one; -1 if there is none. */
    long peek(int count) throws IOException {
        while (ready.size() <= count) {
            Entry entry = closed ? null : read();
            if (entry == null) {
                return -1;
            }
            ready.add(entry);
        }
        return ready.stream().skip(count).findFirst().orElseThrow().total();
    }

    /** There are no more data frames. */
    void requireEnd() throws IOException {
        if (!ready.isEmpty() || !closed && read() != null) {
            throw new MalformedStreamException(source.position(), "trailer: expected no entry behind the last data frame's, found"
                    + " one");
        }
    }

    private Entry read() throws IOException {
        if (closed) {
            return null;
        }
        char next = peekToken();
        if (next == ']') {
            take();
            closed = true;
            source.requireEnd();
            return null;
        }
        if (any) {
            expect(',');
            next = peekToken();
        }
        any = true;
        long offset = source.position();
        if (next != '{') {
            return new Entry(offset, false, new long[] {number()});
        }
        take();
        expect('"');
        long total = number();
        expect('"');
        expect(':');
        expect('[');
        long[] lengths = new long[1];
        int count = 0;
        long rest = total;
        do {
            long length = number();
            if (length > rest || count == MOST_LENGTHS) {
                throw new MalformedStreamException(offset, "trailer: expected at most " + MOST_LENGTHS + " lengths of " + total
                        + " bytes together, found more");
            }
            rest -= length;
            if (count == lengths.length) {
                lengths = Arrays.copyOf(lengths, count * 2);
            }
            lengths[count++] = length;
            next = peekToken();
            if (next == ',') {
                take();
            }
        } while (next == ',');
        expect(']');
        expect('}');
        if (rest != 0) {
            throw new MalformedStreamException(offset, "trailer: expected lengths of " + total + " bytes together, found "
                    + (total - rest));
        }
        return new Entry(offset, true, Arrays.copyOf(lengths, count));
    }

    /** A number of more than 0, without leading zeroes. */
    private long number() throws IOException {
        peekToken();
        long offset = source.position();
        long value = 0;
        for (char digit = current(); digit >= '0' && digit <= '9'; digit = current()) {
            if (value > (Long.MAX_VALUE - 9) / 10 || value == 0 && source.position() > offset) {
                throw new MalformedStreamException(offset, "trailer: expected a length below 2^63, found a longer number");
            }
            value = value * 10 + digit - '0';
            take();
        }
        if (value == 0) {
            throw new MalformedStreamException(offset, "trailer: expected a length above 0, found " + Printable.of((byte) current()));
        }
        return value;
    }

    private void expect(char token) throws IOException {
        char found = peekToken();
        if (found != token) {
            throw new MalformedStreamException(source.position(), "trailer: expected " + Printable.of((byte) token) + ", found "
                    + Printable.of((byte) found));
        }
        take();
    }

    private char peekToken() throws IOException {
        while (true) {
            char next = current();
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                return next;
            }
            take();
        }
    }

    private char current() throws IOException {
        ByteBuffer bytes = source.require(1, "trailer");
        return (char) (bytes.get(bytes.position()) & 0xff);
    }

    private void take() throws IOException {
        source.require(1, "trailer").get();
    }
}
