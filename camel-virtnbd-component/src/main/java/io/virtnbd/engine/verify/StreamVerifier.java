/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.StreamLimits;
import io.virtnbd.sparsestream.ZeroFrame;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads a stream from its first byte to its last and checks all that can be checked without its neighbours. */
public final class StreamVerifier {

    private static final int BUFFER = 256 << 10;

    private StreamVerifier() {
    }

    /**
     * Verifies a stream: its framing, the checksums of its compressed payloads, that its trailer and its metadata agree with
     * its frames, and that nothing follows.
     *
     * @param stream read to its end, not closed
     * @throws io.virtnbd.sparsestream.MalformedStreamException if anything is wrong
     * @throws IOException if the stream cannot be read
     */
    public static StreamReport verify(InputStream stream) throws IOException {
        MessageDigest digest = sha256();
        SparseStreamReader reader = SparseStreamReader.open(new DigestInputStream(stream, digest), StreamLimits.DEFAULT);
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
        return new StreamReport(reader.metadata(), reader.position(), dataFrames, zeroFrames, dataBytes, zeroBytes,
                HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
