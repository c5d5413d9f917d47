/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The content of a file, or of a part of it, over a connection that is given back when it is closed, unless it broke. */
final class SftpBody extends FilterInputStream {
    private final SftpConnections connections;
    private final SftpConnection connection;
    private long left;
    private boolean broken;
    private boolean closed;

    /** @param length how much to read at most */
    SftpBody(SftpConnections connections, SftpConnection connection, InputStream content, long length) {
        super(content);
        this.connections = connections;
        this.connection = connection;
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        try {
            int count = in.read(target, offset, (int) Math.min(length, left));
            left -= Math.max(count, 0);
            return count;
        } catch (IOException | RuntimeException e) {
            broken = true;
            throw e;
        }
    }

    @Override
    public long skip(long count) throws IOException {
        long before = left;
        byte[] passed = new byte[(int) Math.max(0, Math.min(count, 1 << 13))];
        for (long rest = count; rest > 0;) {
            int read = read(passed, 0, (int) Math.min(rest, passed.length));
            if (read < 0) {
                break;
            }
            rest -= read;
        }
        return before - left;
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(in.available(), left);
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (broken) {
            connections.drop(connection);
            return;
        }
        try {
            in.close();
        } catch (IOException | RuntimeException e) {
            connections.drop(connection);
            throw e;
        }
        connections.give(connection);
    }
}
