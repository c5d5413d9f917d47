/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads streams to their end, and applies them to a small disk in memory. */
final class StreamApplier {

    private StreamApplier() {
    }

    /** How a payload is taken from the reader. */
    interface Payloads {

        void read(SparseStreamReader reader, DataFrame frame, ByteBuffer target) throws IOException;
    }

    static final Payloads DECODED = (reader, frame, target) -> {
        while (reader.readPayload(target.hasRemaining() ? target : ByteBuffer.allocate(1)) >= 0) {
            // until its end
        }
    };

    static final Payloads LZ4_ELEMENTS = (reader, frame, target) -> {
        Lz4FrameDecoder decoder = new Lz4FrameDecoder();
        decoder.begin(frame);
        ByteBuffer block = ByteBuffer.allocateDirect(64 << 10);
        for (Lz4Element e = reader.nextLz4Element(block); e != null; e = reader.nextLz4Element(block.clear())) {
            target.put(decoder.decode(e));
        }
        decoder.finish();
    };

    static void apply(SparseStreamReader reader, byte[] disk, Payloads payloads) throws IOException {
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            if (frame instanceof DataFrame data) {
                ByteBuffer target = ByteBuffer.wrap(disk, (int) frame.start(), (int) frame.length());
                payloads.read(reader, data, target);
                if (target.hasRemaining()) {
                    throw new AssertionError(frame + " came short of " + target.remaining() + " bytes");
                }
            } else {
                Arrays.fill(disk, (int) frame.start(), (int) frame.end(), (byte) 0);
            }
        }
    }

    /** Reads every frame and payload, keeps nothing. */
    static void drain(SparseStreamReader reader) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(64 << 10);
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            if (frame instanceof DataFrame) {
                while (reader.readPayload(target.clear()) >= 0) {
                    // until its end
                }
            }
        }
    }
}
