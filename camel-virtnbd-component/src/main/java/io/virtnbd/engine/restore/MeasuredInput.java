/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.OptionalLong;

/** An input whose content is measured while it is read; the last reading counts. Belongs to one thread. */
final class MeasuredInput implements StreamInput {

    private final StreamInput input;
    private MessageDigest digest = Sha256.digest();
    private long bytes;

    MeasuredInput(StreamInput input) {
        this.input = input;
    }

    @Override
    public String name() {
        return input.name();
    }

    @Override
    public InputStream open() throws IOException {
        InputStream stream = input.open();
        digest = Sha256.digest();
        bytes = 0;
        return new Measured(stream);
    }

    @Override
    public boolean reopenable() {
        return input.reopenable();
    }

    @Override
    public OptionalLong bytes() throws IOException {
        return input.bytes();
    }

    /** What was read. To be asked once, at the end. */
    ReadContent content() {
        return new ReadContent(bytes, HexFormat.of().formatHex(digest.digest()));
    }

    /** Skipping reads, too. */
    private final class Measured extends InputStream {

        private final InputStream in;

        Measured(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = in.read(target, offset, length);
            if (count > 0) {
                digest.update(target, offset, count);
                bytes += count;
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
