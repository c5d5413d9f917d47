/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.chain.ChainException;
import io.virtnbd.sparsestream.StreamAccess;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A stream in a store, where each reading is a request. */
final class StoreAccess implements StreamAccess {

    private static final int PIECE = 4 << 20;

    private final StoredFile file;

    /** @throws ChainException if parts of it cannot be read */
    StoreAccess(StoredFile file) throws ChainException {
        this.file = file;
        if (!file.store().seekable()) {
            throw new ChainException(file + ": expected a store that reads parts of files, found one that reads them"
                    + " from their start only");
        }
    }

    @Override
    public long size() {
        return file.bytes();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        file.read(offset, target);
    }

    @Override
    public int pieceSize() {
        return PIECE;
    }
}
