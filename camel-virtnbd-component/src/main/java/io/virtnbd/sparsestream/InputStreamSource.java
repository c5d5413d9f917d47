/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

final class InputStreamSource extends StreamSource {

    private static final int PIECE = 64 << 10;

    private final InputStream in;
    private byte[] transfer;

    InputStreamSource(InputStream in) {
        super(PIECE);
        this.in = in;
    }

    @Override
    int fetch(ByteBuffer target) throws IOException {
        if (target.hasArray()) {
            int got = in.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
            if (got > 0) {
                target.position(target.position() + got);
            }
            return got;
        }
        int got = in.read(transfer(), 0, Math.min(PIECE, target.remaining()));
        if (got > 0) {
            target.put(transfer, 0, got);
        }
        return got;
    }

    // reads instead of InputStream.skip, which cannot tell the end and which files skip past
    @Override
    long pass(long count) throws IOException {
        long passed = 0;
        while (passed < count) {
            int got = in.read(transfer(), 0, (int) Math.min(PIECE, count - passed));
            if (got < 0) {
                break;
            }
            passed += got;
        }
        return passed;
    }

    private byte[] transfer() {
        if (transfer == null) {
            transfer = new byte[PIECE];
        }
        return transfer;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
