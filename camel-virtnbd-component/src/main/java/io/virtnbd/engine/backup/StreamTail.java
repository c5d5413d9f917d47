/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.FrameKind;
import io.virtnbd.sparsestream.Trailer;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;

/** What ends a stream: the stop frame and, when the payloads are compressed, the trailer with their lengths. */
final class StreamTail {

    private final Trailer trailer;
    private long dataBytes;

    StreamTail(boolean compressed) {
        this.trailer = compressed ? new Trailer() : null;
    }

    /** Adds the payload of the next data frame, one LZ4 frame of {@code compressedLength} bytes. */
    void add(long dataLength, int compressedLength) {
        trailer.add(dataLength, compressedLength);
        dataBytes += dataLength;
    }

    /** The bytes of all data frames that were added. */
    long dataBytes() {
        return dataBytes;
    }

    /** The encoded form, piece by piece. */
    Iterator<ByteBuffer> encode() {
        ByteBuffer stop = ByteBuffer.allocate(FrameHeader.LENGTH);
        FrameHeader.encode(FrameKind.STOP, 0, 0, stop);
        Iterator<ByteBuffer> rest = trailer == null ? Collections.emptyIterator() : trailer.encode();
        return new Iterator<>() {
            private ByteBuffer first = stop.flip();

            @Override
            public boolean hasNext() {
                return first != null || rest.hasNext();
            }

            @Override
            public ByteBuffer next() {
                if (first == null) {
                    return rest.next();
                }
                ByteBuffer piece = first;
                first = null;
                return piece;
            }
        };
    }
}
