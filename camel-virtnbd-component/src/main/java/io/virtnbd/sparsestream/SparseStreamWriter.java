/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Writes a sparse stream, plain or compressed as its metadata say. Refuses what {@link SparseStreamReader} would refuse, and
 * data frames of {@link Trailer#CHUNKED_FROM} bytes or more, which the reference can read only in a special form. Not for use
 * by several threads at a time.
 */
public final class SparseStreamWriter implements Closeable {

    private static final byte[] CR_LF = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int PIECE = 64 << 10;

    private final OutputStream out;
    private final FrameSequence sequence;
    private final Trailer trailer = new Trailer();
    private final Lz4FrameEncoder encoder;
    private final ByteBuffer header = ByteBuffer.allocate(FrameHeader.LENGTH);
    private ByteBuffer encoded = ByteBuffer.allocate(0);
    private boolean broken;

    /**
     * Writes the metadata.
     *
     * @param out owned by the writer, which closes it
     */
    public SparseStreamWriter(OutputStream out, StreamMetadata metadata) throws IOException {
        this.out = out;
        sequence = new FrameSequence(metadata);
        encoder = metadata.compressed() ? new Lz4FrameEncoder(metadata.compressionLevel().orElse(0)) : null;
        byte[] json = metadata.toJson();
        header(FrameKind.META, 0, json.length);
        out.write(json);
        out.write(CR_LF);
    }

    /**
     * Writes a data frame of what is between the buffer's position and limit; its position moves to its limit.
     *
     * @param start disk offset in bytes
     * @param bytes direct or with an array; 1 byte to less than 32 MiB
     * @throws IllegalArgumentException if the frame is too long or cannot follow those before
     * @throws IllegalStateException after {@link #stop} and after an exception
     */
    public void data(long start, ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (length >= Trailer.CHUNKED_FROM) {
            throw new IllegalArgumentException("expected a data frame of less than " + Trailer.CHUNKED_FROM + " bytes, found "
                    + length);
        }
        add(new DataFrame(start, length));
        broken = true;
        header(FrameKind.DATA, start, length);
        if (encoder == null) {
            write(bytes);
        } else {
            encode(bytes);
        }
        out.write(CR_LF);
        broken = false;
    }

    /**
     * Writes a zero frame.
     *
     * @param start  disk offset in bytes
     * @param length bytes; positive
     * @throws IllegalArgumentException if the frame cannot follow those before
     * @throws IllegalStateException after {@link #stop} and after an exception
     */
    public void zero(long start, long length) throws IOException {
        add(new ZeroFrame(start, length));
        broken = true;
        header(FrameKind.ZERO, start, length);
        broken = false;
    }

    /**
     * Ends the stream, which without this is not whole, and flushes it.
     *
     * @throws IllegalStateException if there was more or less data than the metadata say, or a full backup does not cover its
     *         disk, or after an exception
     */
    public void stop() throws IOException {
        requireUsable();
        Optional<String> problem = sequence.add(new StopFrame());
        if (problem.isPresent()) {
            throw new IllegalStateException(problem.get());
        }
        broken = true;
        header(FrameKind.STOP, 0, 0);
        if (encoder != null) {
            trailer.writeTo(out);
        }
        out.flush();
    }

    private void add(Frame frame) {
        requireUsable();
        Optional<String> problem = sequence.add(frame);
        if (problem.isPresent()) {
            throw new IllegalArgumentException(problem.get());
        }
    }

    private void requireUsable() {
        if (broken) {
            throw new IllegalStateException("the stream has been stopped, or is broken after an exception");
        }
    }

    private void header(FrameKind kind, long start, long length) throws IOException {
        FrameHeader.encode(kind, start, length, header.clear());
        out.write(header.array());
    }

    private void encode(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        int needed = Lz4FrameEncoder.maxEncodedLength(length);
        if (encoded.capacity() < needed) {
            encoded = ByteBuffer.allocate(needed);
        }
        int count = encoder.encode(bytes, encoded.clear());
        trailer.add(length, count);
        out.write(encoded.array(), 0, count);
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (bytes.hasArray()) {
            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            bytes.position(bytes.limit());
            return;
        }
        byte[] piece = new byte[Math.min(PIECE, bytes.remaining())];
        while (bytes.hasRemaining()) {
            int count = Math.min(piece.length, bytes.remaining());
            bytes.get(piece, 0, count);
            out.write(piece, 0, count);
        }
    }

    @Override
    public void close() throws IOException {
        broken = true;
        out.close();
    }
}
