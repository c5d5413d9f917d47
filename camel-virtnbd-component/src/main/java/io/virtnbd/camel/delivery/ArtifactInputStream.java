/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.OptionalLong;

/**
 * One reading of an artifact. It counts and, if asked, digests what passes, and reports a complete reading: one that reached
 * the end, or the length that was known before, because receivers that know it often do not read on to the end. It cannot be
 * reset: a body is read again by opening it again.
 */
final class ArtifactInputStream extends InputStream {

    private static final int TRANSFER_SIZE = 1 << 18;

    private final InputStream source;
    private final MessageDigest digest;
    private final OptionalLong length;
    private final Listener listener;
    private long count;
    private boolean complete;

    /** @param digest null for none */
    ArtifactInputStream(InputStream source, MessageDigest digest, OptionalLong length, Listener listener) {
        this.source = source;
        this.digest = digest;
        this.length = length;
        this.listener = listener;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int size) throws IOException {
        if (size == 0) {
            return 0;
        }
        int read = readSource(target, offset, size);
        if (read > 0) {
            listener.moved();
            count += read;
            if (digest != null && !complete) {
                digest.update(target, offset, read);
            }
        }
        if (!complete && (read < 0 || length.isPresent() && count == length.getAsLong())) {
            complete = true;
            listener.complete(count, digest == null ? null : digest.digest());
        }
        return read;
    }

    private int readSource(byte[] target, int offset, int size) throws IOException {
        try {
            return source.read(target, offset, size);
        } catch (IOException e) {
            throw listener.explained(e);
        }
    }

    @Override
    public long transferTo(OutputStream target) throws IOException {
        byte[] buffer = new byte[TRANSFER_SIZE];
        long total = 0;
        for (int read = read(buffer); read >= 0; read = read(buffer)) {
            target.write(buffer, 0, read);
            total += read;
        }
        return total;
    }

    @Override
    public int available() throws IOException {
        return source.available();
    }

    @Override
    public void close() throws IOException {
        listener.closed(this);
        source.close();
    }

    /** Is told what becomes of a reading. */
    interface Listener {

        /** Something was read. */
        void moved();

        /** @param sha256 null where none was asked for */
        void complete(long bytes, byte[] sha256);

        void closed(ArtifactInputStream stream);

        /** What to throw when reading fails. */
        IOException explained(IOException failure);
    }
}
