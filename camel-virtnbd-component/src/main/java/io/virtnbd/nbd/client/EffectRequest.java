/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.io.IOException;

/** WRITE, WRITE_ZEROES, TRIM and FLUSH: the reply says only whether it was done. */
final class EffectRequest extends PendingRequest<Void> {

    private static final int MAX_CHUNKS = 16;

    private final Payload payload;

    EffectRequest(int type, int flags, long offset, long length) {
        this(type, flags, offset, length, null);
    }

    EffectRequest(int type, int flags, long offset, long length, Payload payload) {
        super(type, flags, offset, length);
        this.payload = payload;
    }

    @Override
    Payload payload() {
        return payload;
    }

    @Override
    long maxChunks() {
        return MAX_CHUNKS;
    }

    @Override
    void content(int chunkType, long payloadLength, TransportInput input) throws IOException {
        throw unexpected("a chunk of type " + chunkType);
    }

    @Override
    void simpleContent(boolean structuredReplies, TransportInput input) {
        // such a reply ends with its header
    }

    @Override
    Void result() {
        return null;
    }
}
