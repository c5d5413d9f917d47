/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A file that is read in small pieces as they are needed, since little more than its start is: each piece can be a request. */
final class StartOfFile extends InputStream {
    private static final int PIECE = 4096;

    private final StoredFile file;
    private ByteBuffer piece = ByteBuffer.allocate(0);
    private long position;

    private StartOfFile(StoredFile file) {
        this.file = file;
    }

    /** From the first byte on, in pieces where the store can do that. */
    static InputStream open(StoredFile file) throws IOException {
        return file.store().seekable() && file.path().isEmpty() ? new StartOfFile(file) : file.open();
    }

    @Override
    public int read() throws IOException {
        return fill() ? piece.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, piece.remaining());
        piece.get(target, offset, count);
        return count;
    }

    private boolean fill() throws IOException {
        if (!piece.hasRemaining() && position < file.bytes()) {
            piece = ByteBuffer.allocate((int) Math.min(PIECE, file.bytes() - position));
            file.read(position, piece);
            position += piece.flip().remaining();
        }
        return piece.hasRemaining();
    }
}
