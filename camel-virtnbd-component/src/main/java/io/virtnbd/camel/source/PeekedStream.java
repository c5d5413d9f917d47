/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.source;

import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StreamLimits;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream whose metadata was read ahead.
 *
 * @param metadata the stream's metadata
 * @param input    the stream from its start, also where it can be read only once
 */
public record PeekedStream(StreamMetadata metadata, StreamInput input) {

    /** More than the largest metadata, and what a reader may read ahead. */
    private static final int PEEK_LIMIT = StreamLimits.DEFAULT.maxMetadataBytes() + (1 << 20);

    /** Reads the metadata of a stream and nothing more. */
    public static StreamMetadata metadata(StreamInput input) throws IOException {
        try (InputStream stream = input.open()) {
            return read(stream);
        }
    }

    /** Reads the metadata of a stream that is restored afterwards. */
    public static PeekedStream of(StreamInput input) throws IOException {
        if (input.reopenable()) {
            return new PeekedStream(metadata(input), input);
        }
        BufferedInputStream stream = new BufferedInputStream(input.open(), 1 << 16);
        stream.mark(PEEK_LIMIT);
        StreamMetadata metadata = read(new FilterInputStream(stream) {
            @Override
            public void close() {
                // the stream is read again from its start
            }
        });
        stream.reset();
        return new PeekedStream(metadata, StreamInput.of(input.name(), stream));
    }

    private static StreamMetadata read(InputStream stream) throws IOException {
        try (SparseStreamReader reader = SparseStreamReader.open(stream, StreamLimits.DEFAULT)) {
            return reader.metadata();
        }
    }
}
