/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Tells a stream's framing from its payloads. */
final class Framing {

    private Framing() {
    }

    /** For each byte of a whole stream, whether it is no payload: a header, metadata, CR LF or the trailer. */
    static boolean[] of(byte[] stream) throws IOException {
        boolean[] framing = new boolean[stream.length];
        Arrays.fill(framing, true);
        SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(stream));
        ByteBuffer target = ByteBuffer.allocate(4 << 20);
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            if (frame instanceof DataFrame) {
                int start = (int) reader.position();
                while (read(reader, target.clear())) {
                    // until its end
                }
                Arrays.fill(framing, start, (int) reader.position(), false);
            }
        }
        return framing;
    }

    private static boolean read(SparseStreamReader reader, ByteBuffer target) throws IOException {
        return reader.metadata().compressed() ? reader.nextLz4Element(target) != null : reader.readPayload(target) >= 0;
    }
}
