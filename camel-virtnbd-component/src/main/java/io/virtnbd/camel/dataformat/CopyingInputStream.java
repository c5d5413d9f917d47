/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Writes to a target what is read, and counts it. */
final class CopyingInputStream extends FilterInputStream {

    private final OutputStream target;
    private long count;

    CopyingInputStream(InputStream source, OutputStream target) {
        super(source);
        this.target = target;
    }

    long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        if (read > 0) {
            target.write(buffer, offset, read);
            count += read;
        }
        return read;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public long skip(long bytes) throws IOException {
        byte[] buffer = new byte[(int) Math.min(8192, Math.max(1, bytes))];
        return bytes <= 0 ? 0 : Math.max(0, read(buffer, 0, (int) Math.min(bytes, buffer.length)));
    }
}
