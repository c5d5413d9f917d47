/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.MetaFrame;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Single frames as bytes: header, payload and CR LF as they stand in a stream. */
final class EncodedFrames {

    /** Bytes around the payload of a meta or data frame: header and CR LF. */
    static final int FRAMING = FrameHeader.LENGTH + 2;

    private EncodedFrames() {
    }

    /**
     * What the frame's header says.
     *
     * @throws MalformedStreamException if the bytes do not begin with a header
     */
    static Frame header(byte[] frame) throws MalformedStreamException {
        return FrameHeader.decode(ByteBuffer.wrap(frame), 0);
    }

    /** Whether the bytes begin with a meta frame and go on behind it, as a stream does. */
    static boolean isStream(byte[] bytes) throws MalformedStreamException {
        Frame first = header(bytes);
        return switch (first.kind()) {
            case META -> bytes.length > first.length() + FRAMING;
            case DATA, ZERO, STOP, TRAILER -> false;
        };
    }

    /** The metadata in a meta frame. */
    static StreamMetadata metadata(byte[] frame) throws IOException {
        try (SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(frame))) {
            return reader.metadata();
        }
    }

    /** A meta frame. */
    static byte[] of(StreamMetadata metadata) {
        byte[] json = metadata.toJson();
        return of(new MetaFrame(json.length), ByteBuffer.wrap(json));
    }

    /** A frame with a payload. */
    static byte[] of(Frame frame, ByteBuffer payload) {
        ByteBuffer bytes = ByteBuffer.allocate(FRAMING + payload.remaining());
        FrameHeader.encode(frame.kind(), frame.start(), frame.length(), bytes);
        return bytes.put(payload).put((byte) '\r').put((byte) '\n').array();
    }

    /** A frame without a payload: a zero or stop frame. */
    static byte[] of(Frame frame) {
        ByteBuffer bytes = ByteBuffer.allocate(FrameHeader.LENGTH);
        FrameHeader.encode(frame.kind(), frame.start(), frame.length(), bytes);
        return bytes.array();
    }

    /** The payload of a data frame, which lies between the header and CR LF. */
    static ByteBuffer payload(byte[] frame) throws MalformedStreamException {
        if (frame.length < FRAMING || frame[frame.length - 2] != '\r' || frame[frame.length - 1] != '\n') {
            throw new MalformedStreamException(Math.max(0, frame.length - 2), "expected CR LF at the end of the frame's "
                    + frame.length + " bytes, found none");
        }
        return ByteBuffer.wrap(frame, FrameHeader.LENGTH, frame.length - FRAMING).slice();
    }
}
