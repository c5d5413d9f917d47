/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

final class PlainPayloadReader implements PayloadReader {

    private static final String WHAT = "data payload";

    private final StreamSource source;
    private long remaining;

    PlainPayloadReader(StreamSource source) {
        this.source = source;
    }

    @Override
    public void begin(DataFrame frame) {
        remaining = frame.length();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (remaining == 0) {
            return -1;
        }
        int limit = target.limit();
        target.limit(target.position() + (int) Math.min(target.remaining(), remaining));
        try {
            int count = source.read(target, WHAT);
            remaining -= count;
            return count;
        } finally {
            target.limit(limit);
        }
    }

    /** What is left of the payload as a piece of the file, if the source is a file; the payload is then at its end. */
    Optional<FilePayload> filePayload() throws IOException {
        if (remaining == 0 || !(source instanceof FileChannelSource file)) {
            return Optional.empty();
        }
        FilePayload piece = file.piece(source.position(), remaining);
        finish();
        return Optional.of(piece);
    }

    @Override
    public void finish() throws IOException {
        source.skip(remaining, WHAT);
        remaining = 0;
    }
}
