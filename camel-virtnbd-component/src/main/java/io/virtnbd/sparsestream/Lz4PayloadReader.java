/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;

/** Reads a compressed payload either decoded or as its pieces, and keeps the trailer's account. */
final class Lz4PayloadReader implements PayloadReader {

    private enum Mode { UNDECIDED, DECODED, RAW }

    private final StreamSource source;
    private final Trailer trailer;
    private final StreamLimits limits;
    private final Lz4PayloadScanner scanner;
    private final Lz4FrameDecoder decoder = new Lz4FrameDecoder();
    private Mode mode = Mode.UNDECIDED;
    private boolean ended = true;
    private boolean checksummed = true;
    private ByteBuffer scratch = ByteBuffer.allocate(0);
    private ByteBuffer decoded = ByteBuffer.allocate(0);

    Lz4PayloadReader(StreamSource source, Trailer trailer, StreamLimits limits) {
        this.source = source;
        this.trailer = trailer;
        this.limits = limits;
        scanner = new Lz4PayloadScanner(source);
    }

    @Override
    public void begin(DataFrame frame) {
        mode = Mode.UNDECIDED;
        ended = false;
        decoded.limit(0).position(0);
        scanner.begin(frame.length());
        decoder.begin(frame);
        trailer.begin(frame.length());
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        choose(Mode.DECODED);
        if (!decodeSome()) {
            return -1;
        }
        int count = Math.min(decoded.remaining(), target.remaining());
        target.put(target.position(), decoded, decoded.position(), count);
        target.position(target.position() + count);
        decoded.position(decoded.position() + count);
        return count;
    }

    /** Throws before anything is taken. */
    void requireRoom(ByteBuffer target) {
        choose(Mode.RAW);
        Lz4FrameStart current = scanner.currentFrame();
        if (current != null && target.remaining() < current.maxBlockSize()) {
            throw new BufferOverflowException();
        }
    }

    Lz4Element next(ByteBuffer target) throws IOException {
        choose(Mode.RAW);
        return ended ? null : scan(target);
    }

    @Override
    public void finish() throws IOException {
        if (mode == Mode.RAW) {
            while (!ended) {
                scan(scratch());
            }
        } else {
            choose(Mode.DECODED);
            while (decodeSome()) {
                decoded.position(decoded.limit());
            }
        }
    }

    private void choose(Mode wanted) {
        if (mode == Mode.UNDECIDED) {
            mode = wanted;
        } else if (mode != wanted) {
            throw new IllegalStateException("a payload is read either decoded or as LZ4 elements, not both");
        }
    }

    private boolean decodeSome() throws IOException {
        while (!decoded.hasRemaining() && !ended) {
            Lz4Element element = scan(scratch());
            if (element != null) {
                decoded = decoder.decode(element);
            } else {
                decoder.finish();
            }
        }
        return decoded.hasRemaining();
    }

    private Lz4Element scan(ByteBuffer target) throws IOException {
        Lz4Element element = scanner.next(target);
        if (element == null) {
            trailer.end();
            ended = true;
        } else if (element instanceof Lz4FrameStart start) {
            checksummed &= start.blockChecksums() || start.contentChecksum();
        } else if (element instanceof Lz4FrameEnd end) {
            trailer.addLz4Frame(end.encodedLength());
        }
        if (trailer.jsonLength() > limits.maxTrailerBytes()) {
            throw new MalformedStreamException(source.position(), "expected a trailer of at most " + limits.maxTrailerBytes()
                    + " bytes, found data frames that need more");
        }
        return element;
    }

    /** Whether all LZ4 frames that were seen have checksums of their content, of their blocks or as a whole. */
    boolean checksummed() {
        return checksummed;
    }

    private ByteBuffer scratch() {
        Lz4FrameStart current = scanner.currentFrame();
        if (current != null && scratch.capacity() < current.maxBlockSize()) {
            scratch = ByteBuffer.allocate(current.maxBlockSize());
        }
        return scratch.clear();
    }
}
