/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.sparsestream.Lz4Layout;
import java.io.IOException;
import java.util.Optional;

/** The layout of a piece, read when it is first asked for. */
final class PieceLayout implements PieceCache.Weighted {

    private final IndexedStream stream;
    private final FrameCursor.Piece piece;
    private Optional<Lz4Layout> layout;

    PieceLayout(IndexedStream stream, FrameCursor.Piece piece) {
        this.stream = stream;
        this.piece = piece;
    }

    /** Empty where the piece has to be decoded from its start. */
    synchronized Optional<Lz4Layout> layout() throws IOException {
        if (layout == null) {
            layout = Lz4Layout.read(stream.access(), piece.offset(), piece.encodedLength(), piece.length());
        }
        return layout;
    }

    @Override
    public int weight() {
        return Lz4Layout.memory(piece.length());
    }
}
