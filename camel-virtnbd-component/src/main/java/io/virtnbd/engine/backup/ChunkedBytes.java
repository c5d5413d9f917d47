/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Bytes kept in pieces of moderate size: growing never copies, and no allocation is large. */
final class ChunkedBytes {

    private static final int CHUNK = 256 << 10;

    private final List<byte[]> chunks = new ArrayList<>();
    private byte[] head = {};
    private int lastUsed = CHUNK;
    private long length;

    void append(ByteBuffer source) {
        while (source.hasRemaining()) {
            if (lastUsed == CHUNK) {
                chunks.add(new byte[CHUNK]);
                lastUsed = 0;
            }
            int piece = Math.min(source.remaining(), CHUNK - lastUsed);
            source.get(chunks.get(chunks.size() - 1), lastUsed, piece);
            lastUsed += piece;
            length += piece;
        }
    }

    /** Puts bytes before all others. Called at most once, as the last step. */
    void prepend(byte[] bytes) {
        head = bytes;
    }

    long length() {
        return head.length + length;
    }

    InputStream open() {
        List<InputStream> streams = new ArrayList<>();
        streams.add(new ByteArrayInputStream(head));
        for (int i = 0; i < chunks.size(); i++) {
            streams.add(new ByteArrayInputStream(chunks.get(i), 0, i == chunks.size() - 1 ? lastUsed : CHUNK));
        }
        return new SequenceInputStream(Collections.enumeration(streams));
    }
}
