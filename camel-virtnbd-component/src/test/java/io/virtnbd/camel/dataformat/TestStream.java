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
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/** Small streams. */
final class TestStream {

    static final int SIZE = 300_000;
    static final int FIRST_LENGTH = 100_000;
    static final int SECOND_START = 200_000;
    static final int SECOND_LENGTH = SIZE - SECOND_START;

    private TestStream() {
    }

    private static StreamMetadataBuilder metadata() {
        return StreamMetadata.builder().virtualSize(SIZE).dataSize(FIRST_LENGTH + SECOND_LENGTH).diskName("vda")
                .diskFormat("qcow2")
                .checkpointName("virtnbd.0").date("2026-01-02T03:04:05.000006");
    }

    /** Data that compresses, a zero range, data that does not compress. */
    static byte[] content() {
        byte[] content = new byte[SIZE];
        for (int i = 0; i < FIRST_LENGTH; i++) {
            content[i] = (byte) (1 + i / 100);
        }
        byte[] noise = new byte[SECOND_LENGTH];
        new Random(11).nextBytes(noise);
        System.arraycopy(noise, 0, content, SECOND_START, SECOND_LENGTH);
        return content;
    }

    static byte[] plain() throws IOException {
        return stream(metadata().build());
    }

    /** The same with compression level 1. */
    static byte[] compressed() throws IOException {
        return stream(metadata().compressed(1).build());
    }

    private static byte[] stream(StreamMetadata metadata) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer content = ByteBuffer.wrap(content());
        try (SparseStreamWriter writer = new SparseStreamWriter(bytes, metadata)) {
            writer.data(0, content.slice(0, FIRST_LENGTH));
            writer.zero(FIRST_LENGTH, SECOND_START - FIRST_LENGTH);
            writer.data(SECOND_START, content.slice(SECOND_START, SECOND_LENGTH));
            writer.stop();
        }
        return bytes.toByteArray();
    }

    /** A stream of random frames with gaps. */
    static byte[] random(Random random) throws IOException {
        int frames = random.nextInt(20);
        int[] lengths = random.ints(frames, 1, 5000).toArray();
        boolean[] data = new boolean[frames];
        long end = 0;
        long dataSize = 0;
        long[] starts = new long[frames];
        for (int i = 0; i < frames; i++) {
            data[i] = random.nextBoolean();
            starts[i] = end + random.nextInt(1000);
            end = starts[i] + lengths[i];
            dataSize += data[i] ? lengths[i] : 0;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SparseStreamWriter writer = new SparseStreamWriter(bytes, metadata().virtualSize(end).dataSize(dataSize)
                .incremental(true).parentCheckpoint("virtnbd.0").checkpointName("virtnbd.1").build())) {
            for (int i = 0; i < frames; i++) {
                byte[] payload = new byte[lengths[i]];
                random.nextBytes(payload);
                if (data[i]) {
                    writer.data(starts[i], ByteBuffer.wrap(payload));
                } else {
                    writer.zero(starts[i], lengths[i]);
                }
            }
            writer.stop();
        }
        return bytes.toByteArray();
    }

    /** What a stream of that size restores to. */
    static byte[] content(byte[] stream) throws IOException {
        byte[] content = new byte[SIZE];
        try (SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(stream))) {
            for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
                ByteBuffer target = ByteBuffer.wrap(content, (int) frame.start(), (int) frame.length());
                while (frame instanceof DataFrame && target.hasRemaining()) {
                    reader.readPayload(target);
                }
            }
        }
        return content;
    }
}
