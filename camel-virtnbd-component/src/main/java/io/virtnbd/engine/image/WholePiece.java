/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.sparsestream.Lz4Piece;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A compressed piece, decoded from its start as far as somebody reads. */
final class WholePiece implements Content {

    private final IndexedStream stream;
    private final Lz4Piece decoded;

    WholePiece(IndexedStream stream, FrameCursor.Piece piece) {
        this.stream = stream;
        this.decoded = new Lz4Piece(stream.access(), piece.offset(), piece.encodedLength(), piece.length());
    }

    @Override
    public void read(int at, ByteBuffer target) throws IOException {
        try {
            decoded.read(at, target);
        } catch (IOException e) {
            throw new IOException(stream.member().file() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public int weight() {
        return decoded.weight();
    }
}
