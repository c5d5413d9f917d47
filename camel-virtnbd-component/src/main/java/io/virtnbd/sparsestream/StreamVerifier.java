/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads a stream from its first byte to its last and checks all that can be checked without its neighbours. */
public final class StreamVerifier {

    private static final int BUFFER = 256 << 10;

    private StreamVerifier() {
    }

    /**
     * Verifies a stream: its framing, the checksums of its compressed payloads, that its trailer and its metadata agree with
     * its frames, and that nothing follows.
     *
     * @param stream read to its end, not closed; one that computes a checksum has that of all of it then
     * @throws MalformedStreamException if anything is wrong
     * @throws IOException if the stream cannot be read
     */
    public static StreamContent verify(InputStream stream) throws IOException {
        SparseStreamReader reader = SparseStreamReader.open(stream, StreamLimits.DEFAULT);
        ByteBuffer payload = ByteBuffer.allocate(BUFFER);
        long dataFrames = 0;
        long zeroFrames = 0;
        long dataBytes = 0;
        long zeroBytes = 0;
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            if (frame instanceof DataFrame) {
                dataFrames++;
                dataBytes += frame.length();
                while (reader.readPayload(payload.clear()) >= 0) {
                    // reading is what checks it
                }
            } else if (frame instanceof ZeroFrame) {
                zeroFrames++;
                zeroBytes += frame.length();
            }
        }
        return new StreamContent(reader.metadata(), reader.position(), dataFrames, zeroFrames, dataBytes, zeroBytes,
                reader.checksummed());
    }
}
