/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

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
        return frames(SparseStreamReader.open(stream, StreamLimits.DEFAULT), new PayloadReading());
    }

    /**
     * The same without decoding compressed payloads, for those who compare a checksum of the whole stream: it tells more of
     * them than their own checksums, and sooner.
     *
     * @param stream read to its end, not closed
     * @throws MalformedStreamException if anything is wrong
     * @throws IOException if the stream cannot be read
     */
    public static StreamContent verifyFraming(InputStream stream) throws IOException {
        SparseStreamReader reader = SparseStreamReader.open(stream, StreamLimits.DEFAULT);
        return frames(reader, reader.metadata().compressed() ? new Lz4Skimmer() : new PayloadReading());
    }

    /**
     * Verifies the framing of a plain stream, whose payloads nothing can tell to be right. They are not read.
     *
     * @param file the stream, from its position on; not closed
     * @throws MalformedStreamException if anything is wrong
     * @throws IOException if the file cannot be read
     */
    public static StreamContent verifyFraming(FileChannel file) throws IOException {
        return frames(SparseStreamReader.open(file, StreamLimits.DEFAULT), reader -> { });
    }

    private interface PayloadVisitor {
        void visit(SparseStreamReader reader) throws IOException;
    }

    /** Reads payloads, which is what checks them, and lets whoever computes a checksum see them. */
    private static final class PayloadReading implements PayloadVisitor {

        private final ByteBuffer payload = ByteBuffer.allocate(BUFFER);

        @Override
        public void visit(SparseStreamReader reader) throws IOException {
            int count;
            do {
                count = reader.readPayload(payload.clear());
            } while (count >= 0);
        }
    }

    /** Takes a payload's LZ4 frames apart. */
    private static final class Lz4Skimmer implements PayloadVisitor {

        private ByteBuffer block = ByteBuffer.allocate(0);

        @Override
        public void visit(SparseStreamReader reader) throws IOException {
            for (Lz4Element next = reader.nextLz4Element(block); next != null; next = reader.nextLz4Element(block.clear())) {
                if (next instanceof Lz4FrameStart start && block.capacity() < start.maxBlockSize()) {
                    block = ByteBuffer.allocate(start.maxBlockSize());
                }
            }
        }
    }

    private static StreamContent frames(SparseStreamReader reader, PayloadVisitor payloads) throws IOException {
        long dataFrames = 0;
        long zeroFrames = 0;
        long dataBytes = 0;
        long zeroBytes = 0;
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            if (frame instanceof DataFrame) {
                dataFrames++;
                dataBytes += frame.length();
                payloads.visit(reader);
            } else if (frame instanceof ZeroFrame) {
                zeroFrames++;
                zeroBytes += frame.length();
            }
        }
        return new StreamContent(reader.metadata(), reader.position(), dataFrames, zeroFrames, dataBytes, zeroBytes,
                reader.checksummed());
    }
}
