/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.xxhash.StreamingXXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * Decodes compressed payloads block after block, independent and linked blocks alike, and verifies block checksums, content
 * checksums, content sizes and the data frame's length. Never gives out more than that length. Holds about 0.5 MiB for blocks
 * of 64 KiB and twice the largest block for larger ones, and no native resources; meant to be used for many payloads. Not for
 * use by several threads at a time.
 *
 * <p>For each data frame: {@link #begin}, {@link #decode} with each {@link Lz4Element} in order, {@link #finish}.
 */
public final class Lz4FrameDecoder {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Lz4Window window = new Lz4Window();
    // the Java one: as fast, and the native one would have to be closed
    private final StreamingXXHash32 contentHash = XXHashFactory.fastestJavaInstance().newStreamingHash32(0);
    private long length;
    private long remaining;
    private long frameRemaining;
    private long offset;
    private Lz4FrameStart frame;

    /** Starts with the payload of that data frame; what came before is forgotten. */
    public void begin(DataFrame dataFrame) {
        length = dataFrame.length();
        remaining = length;
        frame = null;
    }

    /** Bytes of the data frame that were not decoded yet. */
    public long remaining() {
        return remaining;
    }

    /**
     * Takes the payload's next piece.
     *
     * @return its decoded bytes, none for the start and end of an LZ4 frame; a heap buffer, valid until the next call
     * @throws MalformedStreamException if a checksum or size is wrong, the block cannot be decoded, or there are more bytes
     *         than the data frame has; the decoder must then {@link #begin} again
     * @throws IllegalArgumentException if the piece is not one that can follow the one before
     */
    public ByteBuffer decode(Lz4Element element) throws MalformedStreamException {
        if ((frame == null) != (element instanceof Lz4FrameStart)) {
            throw new IllegalArgumentException(element + (frame == null ? " outside of" : " within") + " an LZ4 frame");
        }
        offset = element.offset();
        if (element instanceof Lz4Block block) {
            return block(block);
        }
        if (element instanceof Lz4FrameStart start) {
            start(start);
        } else if (element instanceof Lz4FrameEnd end) {
            end(end);
        }
        return NOTHING;
    }

    /**
     * Ends the payload.
     *
     * @throws MalformedStreamException if it was not exactly as long as its data frame
     */
    public void finish() throws MalformedStreamException {
        if (frame != null || remaining > 0) {
            throw new MalformedStreamException(offset, "LZ4 payload: expected " + length + " bytes, found "
                    + (length - remaining));
        }
    }

    private void start(Lz4FrameStart start) throws MalformedStreamException {
        frameRemaining = start.contentSize().orElse(remaining);
        if (remaining == 0 || frameRemaining > remaining) {
            throw new MalformedStreamException(offset, "LZ4 frame: expected at most " + remaining
                    + " more bytes of the data frame, found " + (remaining == 0 ? "another LZ4 frame" : frameRemaining));
        }
        window.start(start);
        contentHash.reset();
        frame = start;
    }

    private ByteBuffer block(Lz4Block block) throws MalformedStreamException {
        ByteBuffer data = block.data();
        if (block.checksum().isPresent()) {
            verify("block checksum", block.checksum().getAsInt(),
                    Lz4Format.checksum(data, data.position(), data.remaining()));
        }
        ByteBuffer decoded;
        int limit = (int) Math.min(frame.maxBlockSize(), frameRemaining);
        try {
            decoded = window.decode(block, limit);
        } catch (LZ4Exception e) {
            throw new MalformedStreamException(offset, "LZ4 block: expected one that decodes to at most " + limit
                    + " bytes, found: " + e.getMessage(), e);
        }
        int count = decoded.remaining();
        if (count == 0) {
            throw new MalformedStreamException(offset, "LZ4 block: expected at least one decoded byte, found none");
        }
        remaining -= count;
        frameRemaining -= count;
        if (frame.contentChecksum()) {
            contentHash.update(decoded.array(), decoded.arrayOffset(), count);
        }
        return decoded;
    }

    private void end(Lz4FrameEnd end) throws MalformedStreamException {
        OptionalLong size = frame.contentSize();
        if (size.isPresent() && frameRemaining > 0) {
            throw new MalformedStreamException(offset, "LZ4 content size: expected " + size.getAsLong() + " bytes, found "
                    + (size.getAsLong() - frameRemaining));
        }
        if (end.checksum().isPresent()) {
            verify("content checksum", end.checksum().getAsInt(), contentHash.getValue());
        }
        frame = null;
    }

    private void verify(String what, int expected, int found) throws MalformedStreamException {
        if (expected != found) {
            throw MalformedStreamException.checksum(offset,
                    String.format("LZ4 %s: expected %08x, found %08x", what, expected, found));
        }
    }
}
