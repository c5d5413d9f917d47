/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads the headers and the metadata of a stream, and checks what they say. What is between them is for others. */
final class FrameReader {

    private final StreamSource source;
    private final StreamLimits limits;
    private final StreamMetadata metadata;
    private final FrameSequence sequence;

    /** Reads the metadata. */
    FrameReader(StreamSource source, StreamLimits limits) throws IOException {
        this.source = source;
        this.limits = limits;
        metadata = readMetadata();
        sequence = new FrameSequence(metadata);
    }

    StreamMetadata metadata() {
        return metadata;
    }

    private StreamMetadata readMetadata() throws IOException {
        Frame frame = header();
        if (!(frame instanceof MetaFrame)) {
            throw new MalformedStreamException(0, "expected a meta frame, found a " + frame.kind().tag() + " frame");
        }
        if (frame.length() > limits.maxMetadataBytes()) {
            throw new MalformedStreamException(0, "metadata: expected at most " + limits.maxMetadataBytes() + " bytes, found "
                    + frame.length());
        }
        long offset = source.position();
        ByteBuffer json = ByteBuffer.allocate((int) frame.length());
        source.readFully(json, "metadata");
        StreamMetadata read = MetadataJsonReader.read(json.array(), offset, limits);
        source.requireCrLf("metadata");
        return read;
    }

    /** The next data, zero or stop frame, whose header is at the source's position. */
    Frame next() throws IOException {
        long offset = source.position();
        Frame frame = header();
        if (frame instanceof MetaFrame || frame instanceof TrailerFrame) {
            throw new MalformedStreamException(offset, "expected a data, zero or stop frame, found a " + frame.kind().tag()
                    + " frame");
        }
        if (frame.length() > limits.maxFrameLength()) {
            throw new MalformedStreamException(offset, "expected a frame of at most " + limits.maxFrameLength()
                    + " bytes, found " + frame.length());
        }
        Optional<String> problem = sequence.add(frame);
        if (problem.isPresent()) {
            throw new MalformedStreamException(offset, problem.get());
        }
        return frame;
    }

    private Frame header() throws IOException {
        long offset = source.position();
        return FrameHeader.decode(source.require(FrameHeader.LENGTH, "frame header"), offset);
    }
}
