/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads by position, so that the channel's own position does not matter once the stream is open. */
final class FileChannelSource extends StreamSource {

    // payloads are read or sent past the buffer, so most of what it fetches with a header is fetched in vain
    private static final int BUFFER = 8 << 10;

    private final FileChannel channel;
    private final long base;
    private long next;

    FileChannelSource(FileChannel channel) throws IOException {
        super(BUFFER);
        this.channel = channel;
        base = channel.position();
        next = base;
    }

    @Override
    int fetch(ByteBuffer target) throws IOException {
        int got = channel.read(target, next);
        next += Math.max(got, 0);
        return got;
    }

    @Override
    long pass(long count) throws IOException {
        long passed = Math.min(count, Math.max(channel.size() - next, 0));
        next += passed;
        return passed;
    }

    /** The bytes of the stream from there as a piece of the file. */
    FilePayload piece(long position, long length) {
        return new FilePayload(channel, base + position, length);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
