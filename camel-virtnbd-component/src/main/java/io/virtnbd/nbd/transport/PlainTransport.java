/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;

/** A socket. */
final class PlainTransport implements NbdTransport {

    /**
     * For a heap buffer the JDK allocates and keeps, for each thread, a direct buffer of the size of the transfer: large
     * transfers are cut so that this stays small.
     */
    private static final int HEAP_PIECE = 128 * 1024;

    private final SocketChannel channel;

    PlainTransport(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (target.isDirect() || target.remaining() <= HEAP_PIECE) {
            return channel.read(target);
        }
        int limit = target.limit();
        target.limit(target.position() + HEAP_PIECE);
        try {
            return channel.read(target);
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public long read(ByteBuffer[] targets) throws IOException {
        for (ByteBuffer target : targets) {
            if (!target.isDirect() && target.remaining() > HEAP_PIECE) {
                return readFirst(targets);
            }
        }
        return channel.read(targets);
    }

    private int readFirst(ByteBuffer[] targets) throws IOException {
        for (ByteBuffer target : targets) {
            if (target.hasRemaining()) {
                return read(target);
            }
        }
        return 0;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        int limit = source.limit();
        try {
            while (source.position() < limit) {
                if (!source.isDirect()) {
                    source.limit(Math.min(limit, source.position() + HEAP_PIECE));
                }
                channel.write(source);
            }
        } finally {
            source.limit(limit);
        }
    }

    @Override
    public void write(ByteBuffer[] sources) throws IOException {
        int first = 0;
        while (first < sources.length) {
            if (!sources[first].hasRemaining()) {
                first++;
            } else if (isLargeHeap(sources, first)) {
                write(sources[first++]);
            } else {
                channel.write(sources, first, sources.length - first);
            }
        }
    }

    private static boolean isLargeHeap(ByteBuffer[] sources, int first) {
        for (int i = first; i < sources.length; i++) {
            if (!sources[i].isDirect() && sources[i].remaining() > HEAP_PIECE) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long send(FileChannel source, long position, long count) throws IOException {
        long sent = source.transferTo(position, count, channel);
        return sent == 0 ? -1 : sent;
    }

    @Override
    public boolean isEncrypted() {
        return false;
    }

    @Override
    public void abort() {
        Sockets.abort(channel);
    }

    @Override
    public void close() throws IOException {
        Sockets.abort(channel);
    }
}
