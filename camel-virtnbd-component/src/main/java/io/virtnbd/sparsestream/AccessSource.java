/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A range of a stream that can be read at any position. To pass over bytes takes no reading. */
final class AccessSource extends StreamSource {

    private final StreamAccess access;
    private final long end;
    private long next;

    /** @param end of the range; not behind the end of the stream */
    AccessSource(StreamAccess access, long start, long end, int bufferSize) {
        super(bufferSize, start);
        this.access = access;
        this.next = start;
        this.end = end;
    }

    @Override
    int fetch(ByteBuffer target) throws IOException {
        int count = (int) Math.min(target.remaining(), end - next);
        if (count <= 0) {
            return -1;
        }
        access.read(next, target.slice(target.position(), count));
        target.position(target.position() + count);
        next += count;
        return count;
    }

    @Override
    long pass(long count) {
        long passed = Math.min(count, end - next);
        next += passed;
        return passed;
    }

    @Override
    public void close() {
        // the stream is its owner's to close
    }
}
