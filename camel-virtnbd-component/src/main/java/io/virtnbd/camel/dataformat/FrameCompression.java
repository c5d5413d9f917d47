/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.FrameKind;
import io.virtnbd.sparsestream.Lz4FrameEncoder;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.Trailer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Compresses single frames and back. A frame keeps its header, which has the uncompressed length. */
final class FrameCompression {

    private FrameCompression() {
    }

    /** @throws MalformedStreamException if it is not one plain frame */
    static byte[] compress(byte[] bytes, int level) throws IOException {
        Frame frame = requireOne(bytes);
        return switch (frame.kind()) {
            case META -> EncodedFrames.of(plain(bytes).toBuilder().compressed(level).build());
            case DATA -> compress(frame, EncodedFrames.payload(bytes), level);
            case ZERO, STOP -> bytes;
            case TRAILER -> throw new MalformedStreamException(0,
                    "expected a meta, data, zero or stop frame, found a comp frame");
        };
    }

    private static StreamMetadata plain(byte[] bytes) throws IOException {
        StreamMetadata metadata = EncodedFrames.metadata(bytes);
        if (metadata.compressed()) {
            throw new MalformedStreamException(FrameHeader.LENGTH, "expected the metadata of a plain stream, found compressed");
        }
        return metadata;
    }

    private static byte[] compress(Frame frame, ByteBuffer payload, int level) throws IOException {
        if (payload.remaining() != frame.length()) {
            throw new MalformedStreamException(FrameHeader.LENGTH, "expected a plain payload of " + frame.length()
                    + " bytes, found " + payload.remaining());
        }
        requireShort(frame);
        ByteBuffer encoded = ByteBuffer.allocate(Lz4FrameEncoder.maxEncodedLength(payload.remaining()));
        new Lz4FrameEncoder(level).encode(payload, encoded);
        return EncodedFrames.of(frame, encoded.flip());
    }

    /** @throws MalformedStreamException if it is not one compressed frame, or is damaged */
    static byte[] decompress(byte[] bytes) throws IOException {
        Frame frame = requireOne(bytes);
        return switch (frame.kind()) {
            case META -> EncodedFrames.of(EncodedFrames.metadata(bytes).toBuilder().plain().build());
            case DATA -> decompress(frame, bytes);
            case ZERO, STOP -> bytes;
            case TRAILER -> throw new MalformedStreamException(0,
                    "expected a meta, data, zero or stop frame, found a comp frame");
        };
    }

    /** Reads the frame as the only one of a stream, so that all of a stream's checks apply. */
    private static byte[] decompress(Frame frame, byte[] bytes) throws IOException {
        requireShort(frame);
        byte[] meta = EncodedFrames.of(StreamMetadata.builder().virtualSize(frame.end()).dataSize(frame.length())
                .incremental(true).compressed().build());
        ByteArrayOutputStream stream = new ByteArrayOutputStream(bytes.length + 1024);
        stream.write(meta);
        stream.write(bytes);
        stream.write(EncodedFrames.of(new StopFrame()));
        Trailer trailer = new Trailer();
        trailer.add(frame.length(), Math.max(1, EncodedFrames.payload(bytes).remaining()));
        trailer.writeTo(stream);
        ByteBuffer payload = ByteBuffer.allocate((int) frame.length());
        try (SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(stream.toByteArray()))) {
            reader.next();
            while (payload.hasRemaining()) {
                reader.readPayload(payload);
            }
            reader.next();
        } catch (MalformedStreamException e) {
            throw new MalformedStreamException(Math.max(0, e.offset() - meta.length), "the compressed data frame of start "
                    + frame.start() + ", length " + frame.length() + " is damaged", e);
        }
        return EncodedFrames.of(frame, payload.flip());
    }

    private static Frame requireOne(byte[] bytes) throws MalformedStreamException {
        Frame frame = EncodedFrames.header(bytes);
        boolean whole = switch (frame.kind()) {
            case META -> bytes.length == frame.length() + EncodedFrames.FRAMING;
            case DATA -> bytes.length > EncodedFrames.FRAMING;
            case ZERO, STOP, TRAILER -> bytes.length == FrameHeader.LENGTH;
        };
        if (!whole) {
            throw new MalformedStreamException(0, "expected one " + frame.kind().tag() + " frame of length " + frame.length()
                    + ", found " + bytes.length + " bytes");
        }
        return frame;
    }

    private static void requireShort(Frame frame) throws MalformedStreamException {
        if (frame.kind() == FrameKind.DATA && frame.length() >= Trailer.CHUNKED_FROM) {
            throw new MalformedStreamException(0, "expected a data frame of less than " + Trailer.CHUNKED_FROM
                    + " bytes, found " + frame.length());
        }
    }
}
