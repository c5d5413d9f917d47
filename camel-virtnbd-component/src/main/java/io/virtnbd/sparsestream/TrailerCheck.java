/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Compares the trailer of a stream with the compressed lengths that were read, and the last header with the trailer. */
final class TrailerCheck {

    private static final int SHOWN = 20;

    private final StreamSource source;
    private final Trailer expected;
    private final long start;
    private final long end;

    TrailerCheck(StreamSource source, Trailer expected, StreamLimits limits) {
        this.source = source;
        this.expected = expected;
        start = source.position();
        end = start + limits.maxTrailerBytes();
    }

    /** Reads the JSON, CR LF and the {@code comp} header. White space between tokens is not prescribed. */
    void run() throws IOException {
        for (TrailerTokens tokens = expected.tokens(); tokens.hasNext();) {
            String token = tokens.next();
            skipWhiteSpace();
            requireToken(token, tokens);
        }
        long length = source.position() - start;
        source.requireCrLf("trailer");
        long offset = source.position();
        Frame frame = FrameHeader.decode(source.require(FrameHeader.LENGTH, "trailer's frame header"), offset);
        if (!(frame instanceof TrailerFrame) || frame.length() != length) {
            throw new MalformedStreamException(offset, "expected a comp frame of length " + length + ", found a "
                    + frame.kind().tag() + " frame of length " + frame.length());
        }
    }

    private void skipWhiteSpace() throws IOException {
        while (true) {
            ByteBuffer bytes = source.require(1, "trailer");
            byte next = bytes.get(bytes.position());
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                return;
            }
            requireRoom(1);
            bytes.get();
        }
    }

    private void requireToken(String token, TrailerTokens tokens) throws IOException {
        requireRoom(token.length());
        for (int i = 0; i < token.length(); i++) {
            ByteBuffer bytes = source.require(1, "trailer");
            if (bytes.get(bytes.position()) != token.charAt(i)) {
                throw mismatch(token, i, bytes, tokens);
            }
            bytes.get();
        }
    }

    private void requireRoom(int count) throws MalformedStreamException {
        if (end - source.position() < count) {
            throw new MalformedStreamException(end, "trailer: expected at most " + (end - start) + " bytes, found more");
        }
    }

    private MalformedStreamException mismatch(String token, int matched, ByteBuffer bytes, TrailerTokens tokens) {
        int shown = Math.min(SHOWN, bytes.remaining());
        return new MalformedStreamException(source.position(), "trailer, at data frame " + tokens.entry() + " of "
                + expected.entries() + ": expected " + token + ", found " + token.substring(0, matched) + " followed by "
                + Printable.of(bytes, bytes.position(), shown));
    }
}
