/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream.BlockSize;

/** Bytes to compress, and peers to compress and decompress them with. */
final class Lz4Samples {

    private Lz4Samples() {
    }

    /** Literals, short and long matches, near and far, overlapping ones, zeroes and noise, in random pieces. */
    static byte[] mixed(int length, long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length) {
            int count = Math.min(length - at, 1 + random.nextInt(1 << random.nextInt(14)));
            switch (random.nextInt(4)) {
                case 0 -> {
                    for (int i = 0; i < count; i++) {
                        bytes[at + i] = (byte) random.nextInt();
                    }
                }
                case 1 -> {
                    byte value = (byte) random.nextInt();
                    Arrays.fill(bytes, at, at + count, value);
                }
                default -> {
                    int back = 1 + random.nextInt(Math.max(Math.min(at, 1 + random.nextInt(70_000)), 1));
                    for (int i = 0; i < count; i++) {
                        bytes[at + i] = at + i < back ? (byte) i : bytes[at + i - back];
                    }
                }
            }
            at += count;
        }
        return bytes;
    }

    /** An LZ4 frame by commons-compress. */
    static byte[] frame(byte[] content, BlockSize size, boolean linked, boolean blockChecksums, boolean contentChecksum)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FramedLZ4CompressorOutputStream.Parameters parameters = new FramedLZ4CompressorOutputStream.Parameters(size,
                contentChecksum, blockChecksums, linked, BlockLZ4CompressorOutputStream.createParameterBuilder().build());
        try (FramedLZ4CompressorOutputStream lz4 = new FramedLZ4CompressorOutputStream(out, parameters)) {
            lz4.write(content);
        }
        return out.toByteArray();
    }

    static byte[] decodedByCommonsCompress(byte[] frames) throws IOException {
        try (FramedLZ4CompressorInputStream in = new FramedLZ4CompressorInputStream(new ByteArrayInputStream(frames), true)) {
            return in.readAllBytes();
        }
    }

    static byte[] encode(Lz4FrameEncoder encoder, byte[] content) {
        ByteBuffer target = ByteBuffer.allocate(Lz4FrameEncoder.maxEncodedLength(content.length));
        byte[] frame = new byte[encoder.encode(ByteBuffer.wrap(content), target)];
        target.get(0, frame);
        return frame;
    }

    /** What this package's reader finds in a data frame whose payload are these LZ4 frames. */
    static byte[] decode(long length, byte[]... frames) throws IOException {
        SparseStreamReader reader = StreamBytes.lz4(Math.max(length, 1), length).data(0, length, frames).open();
        reader.next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer target = ByteBuffer.allocate(10_007);
        while (reader.readPayload(target.clear()) >= 0) {
            out.write(target.array(), 0, target.position());
        }
        return out.toByteArray();
    }
}
