/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An input whose content is measured while it is read, and compared with what was read of the same stream before; the last reading
 * counts. Belongs to one thread.
 */
final class MeasuredInput implements StreamInput {

    private final StreamInput input;
    private MessageDigest digest = Sha256.digest();
    private long bytes;
    /** All that was read, as long as it is not known which stream it is. */
    private ByteArrayOutputStream head = new ByteArrayOutputStream();
    /** What was read of the stream before, and how far the comparison with it has to go. */
    private ReadContent before;

    MeasuredInput(StreamInput input) {
        this.input = input;
    }

    /**
     * It is known which stream it is. Readings throw a {@link RestoreException} from then on where it does not begin as it did
     * before: what was written of it then is not what a checksum of this reading tells.
     *
     * @param begun what was read of it before, if anything was applied
     */
    void goOn(Optional<ReadContent> begun) throws RestoreException {
        byte[] read = head.toByteArray();
        head = null;
        if (begun.isEmpty()) {
            return;
        }
        before = begun.get();
        if (read.length >= before.bytes()) {
            MessageDigest start = Sha256.digest();
            start.update(read, 0, (int) before.bytes());
            requireSame(start);
        }
    }

    private void requireSame(MessageDigest found) throws RestoreException {
        String sha256 = HexFormat.of().formatHex(found.digest());
        if (!sha256.equals(before.sha256())) {
            throw new RestoreException(name() + ": expected the stream that was begun, whose first " + before.bytes()
                    + " bytes have the SHA-256 " + before.sha256() + ", found one of " + sha256);
        }
        before = null;
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
        head = new ByteArrayOutputStream();
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

    /** What was read so far. */
    ReadContent content() {
        return new ReadContent(bytes, HexFormat.of().formatHex(copy().digest()));
    }

    /** Whether it has ended before all that was read of it before has come again. */
    boolean isShorter() {
        return before != null;
    }

    private MessageDigest copy() {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void took(byte[] target, int offset, int count) throws RestoreException {
        int start = before == null ? 0 : (int) Math.min(count, before.bytes() - bytes);
        digest.update(target, offset, start);
        if (before != null && bytes + start == before.bytes()) {
            requireSame(copy());
        }
        digest.update(target, offset + start, count - start);
        bytes += count;
        if (head != null) {
            head.write(target, offset, count);
        }
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
                took(target, offset, count);
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
