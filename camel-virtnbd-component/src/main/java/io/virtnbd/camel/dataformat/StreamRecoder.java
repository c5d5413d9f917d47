/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.SparseStreamWriter;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes a whole stream anew with other metadata, so that it becomes compressed or plain. */
final class StreamRecoder {

    private static final int MAX_DATA_LENGTH = 16 << 20;

    private StreamRecoder() {
    }

    static void recode(byte[] stream, StreamMetadata metadata, OutputStream target) throws IOException {
        try (SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(stream))) {
            // the target is not the writer's to close
            @SuppressWarnings("resource")
            SparseStreamWriter writer = new SparseStreamWriter(target, metadata);
            for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
                if (frame instanceof DataFrame) {
                    copy(reader, frame, writer);
                } else {
                    writer.zero(frame.start(), frame.length());
                }
            }
            writer.stop();
        }
    }

    private static void copy(SparseStreamReader reader, Frame frame, SparseStreamWriter writer) throws IOException {
        for (long done = 0; done < frame.length();) {
            ByteBuffer payload = ByteBuffer.allocate((int) Math.min(MAX_DATA_LENGTH, frame.length() - done));
            while (payload.hasRemaining()) {
                reader.readPayload(payload);
            }
            writer.data(frame.start() + done, payload.flip());
            done += payload.limit();
        }
    }
}
