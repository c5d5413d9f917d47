/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads a sparse stream front to back, strictly: whatever is not a whole, undamaged stream of version 1 or 2 ends in a {@link
 * MalformedStreamException}, and {@link #next()} returns a {@link StopFrame} only when everything up to the source's end has
 * been verified. What a stream cannot show is damage to a plain payload, and to the positions of an incremental's frames as far
 * as they stay in order: these the checksum beside the stream has to tell.
 *
 * <p>After an exception the reader is of no more use but to be closed. Not for use by several threads at a time.
 *
 * <pre>{@code
 * for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
 *     if (frame instanceof DataFrame) {
 *         while (reader.readPayload(buffer) >= 0) { … }
 *     } else { … }
 * }
 * }</pre>
 */
public final class SparseStreamReader implements Closeable {

    private enum State { BETWEEN_FRAMES, IN_PAYLOAD, ENDED, BROKEN }

    private final StreamSource source;
    private final StreamLimits limits;
    private final StreamMetadata metadata;
    private final FrameReader frames;
    private final Trailer trailer = new Trailer();
    private final PayloadReader payload;
    private State state = State.BETWEEN_FRAMES;

    private SparseStreamReader(StreamSource source, StreamLimits limits) throws IOException {
        this.source = source;
        this.limits = limits;
        frames = new FrameReader(source, limits);
        metadata = frames.metadata();
        payload = metadata.compressed() ? new Lz4PayloadReader(source, trailer, limits) : new PlainPayloadReader(source);
    }

    /**
     * Opens a stream with the {@linkplain StreamLimits#DEFAULT default limits}.
     *
     * @see #open(InputStream, StreamLimits)
     */
    public static SparseStreamReader open(InputStream in) throws IOException {
        return open(in, StreamLimits.DEFAULT);
    }

    /**
     * Opens a stream and reads its metadata.
     *
     * @param in owned by the reader, which closes it; left open where this fails. Is read ahead of, by at most 64 KiB
     * @throws MalformedStreamException if it does not begin with a {@code meta} frame that can be understood
     */
    public static SparseStreamReader open(InputStream in, StreamLimits limits) throws IOException {
        return new SparseStreamReader(new InputStreamSource(Objects.requireNonNull(in)), Objects.requireNonNull(limits));
    }

    /**
     * Opens a file with the {@linkplain StreamLimits#DEFAULT default limits}.
     *
     * @see #open(FileChannel, StreamLimits)
     */
    public static SparseStreamReader open(FileChannel channel) throws IOException {
        return open(channel, StreamLimits.DEFAULT);
    }

    /**
     * Opens the stream that begins at the channel's position and ends with the file, and reads its metadata.
     *
     * @param channel a regular file, owned by the reader, which closes it; left open where this fails. Its position is neither
     *                used later nor moved
     * @throws MalformedStreamException if it does not begin with a {@code meta} frame that can be understood
     */
    public static SparseStreamReader open(FileChannel channel, StreamLimits limits) throws IOException {
        return new SparseStreamReader(new FileChannelSource(channel), Objects.requireNonNull(limits));
    }

    /** What the stream says about itself; known from the start. */
    public StreamMetadata metadata() {
        return metadata;
    }

    /** Offset in the stream of the next byte that was not taken yet, in bytes. */
    public long position() {
        return source.position();
    }

    /**
     * Goes to the next frame, over what is left of the current one's payload; a compressed one is decoded and verified on the
     * way, unless it has been begun with {@link #nextLz4Element}.
     *
     * @return a {@link DataFrame}, {@link ZeroFrame} or, once, at last, the {@link StopFrame}
     * @throws MalformedStreamException if the stream is not whole and undamaged
     * @throws IllegalStateException after the stop frame, and after an exception
     */
    public Frame next() throws IOException {
        if (state == State.ENDED || state == State.BROKEN) {
            throw new IllegalStateException(state == State.ENDED ? "the stream is at its end" : "the stream is broken");
        }
        boolean inPayload = state == State.IN_PAYLOAD;
        state = State.BROKEN;
        if (inPayload) {
            payload.finish();
            source.requireCrLf("data payload");
        }
        Frame frame = frames.next();
        if (frame instanceof DataFrame data) {
            payload.begin(data);
            state = State.IN_PAYLOAD;
        } else if (frame instanceof ZeroFrame) {
            state = State.BETWEEN_FRAMES;
        } else {
            if (metadata.compressed()) {
                new TrailerCheck(source, trailer, limits).run();
            }
            source.requireEnd();
            state = State.ENDED;
        }
        return frame;
    }

    /**
     * Moves bytes of the current data frame, decoded, into the target: as many as are at hand, at least one.
     *
     * @param target direct or heap, with room
     * @return bytes moved, or -1 at the end of the data frame
     * @throws MalformedStreamException if the stream is not whole and undamaged
     * @throws IllegalStateException if the current frame is no data frame, or {@link #nextLz4Element} was called in it
     */
    public int readPayload(ByteBuffer target) throws IOException {
        requirePayload();
        if (!target.hasRemaining()) {
            throw new IllegalArgumentException("a target without room");
        }
        state = State.BROKEN;
        int count = payload.read(target);
        state = State.IN_PAYLOAD;
        return count;
    }

    /**
     * What is left of the current data frame as a piece of the file, which is checked to be there; the payload then counts as
     * consumed. Empty where the stream is compressed or no file, or nothing is left.
     *
     * @throws MalformedStreamException if the file is too short
     * @throws IllegalStateException if the current frame is no data frame
     */
    public Optional<FilePayload> filePayload() throws IOException {
        requirePayload();
        if (!(payload instanceof PlainPayloadReader plain)) {
            return Optional.empty();
        }
        state = State.BROKEN;
        Optional<FilePayload> piece = plain.filePayload();
        state = State.IN_PAYLOAD;
        return piece;
    }

    /**
     * Takes the next piece of the current, compressed data frame without decoding it, for an {@link Lz4FrameDecoder}, whose
     * {@link Lz4FrameDecoder#finish} is then what checks the data frame's length. The trailer is checked as always.
     *
     * @param target takes the bytes of a block at its position, which moves behind them; the piece refers to them. Within an
     *               LZ4 frame it has room for {@link Lz4FrameStart#maxBlockSize} bytes
     * @return the piece, or {@code null} at the end of the data frame
     * @throws MalformedStreamException if the stream is not whole and undamaged
     * @throws java.nio.BufferOverflowException if the target lacks room; nothing was taken then
     * @throws IllegalStateException if the current frame is no data frame or not compressed, or {@link #readPayload} was called
     *         in it
     */
    public Lz4Element nextLz4Element(ByteBuffer target) throws IOException {
        requirePayload();
        if (!(payload instanceof Lz4PayloadReader compressed)) {
            throw new IllegalStateException("the stream is not compressed");
        }
        compressed.requireRoom(target);
        state = State.BROKEN;
        Lz4Element element = compressed.next(target);
        state = State.IN_PAYLOAD;
        return element;
    }

    private void requirePayload() {
        if (state != State.IN_PAYLOAD) {
            throw new IllegalStateException(state == State.BROKEN ? "the stream is broken" : "not within a data frame");
        }
    }

    @Override
    public void close() throws IOException {
        state = state == State.ENDED ? State.ENDED : State.BROKEN;
        source.close();
    }
}
