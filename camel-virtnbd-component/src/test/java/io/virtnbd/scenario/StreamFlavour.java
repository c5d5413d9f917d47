/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import io.virtnbd.sparsestream.SparseStreamWriter;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream.BlockSize;

/** Bytes of streams as this project writes them, and, by code that shares nothing with it, as virtnbdbackup does. */
final class StreamFlavour {
    /** How payloads are written. */
    enum Payload {
        /** By this project's writer. */
        OWN_PLAIN, OWN_LZ4,
        /** By the writer here: version 1, version 2, and LZ4 frames of linked 64 KiB blocks, several for a data frame. */
        VERSION_1, PLAIN, LINKED_LZ4
    }

    /** A range that becomes a frame. */
    record Range(int start, int length, boolean zero) {
    }

    private static final byte[] CR_LF = "\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Payload payload;
    private final Random random;

    StreamFlavour(Payload payload, Random random) {
        this.payload = payload;
        this.random = random;
    }

    boolean leavesOutZeroes() {
        return payload == Payload.VERSION_1;
    }

    /** @param metadata without what the ranges and the flavour tell */
    byte[] stream(StreamMetadata metadata, List<Range> ranges, byte[] content) throws IOException {
        var whole = metadata.toBuilder().dataSize(ranges.stream().filter(range -> !range.zero()).mapToLong(Range::length).sum());
        switch (payload) {
            case OWN_LZ4, LINKED_LZ4 -> whole.compressed(1 + random.nextInt(4));
            case VERSION_1 -> whole.streamVersion(1);
            default -> { }
        }
        return payload == Payload.OWN_LZ4 || payload == Payload.OWN_PLAIN ? own(whole.build(), ranges, content)
                : foreign(whole.build(), ranges, content);
    }

    private static byte[] own(StreamMetadata metadata, List<Range> ranges, byte[] content) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (SparseStreamWriter writer = new SparseStreamWriter(stream, metadata)) {
            for (Range range : ranges) {
                if (range.zero()) {
                    writer.zero(range.start(), range.length());
                } else {
                    writer.data(range.start(), ByteBuffer.wrap(content, range.start(), range.length()));
                }
            }
            writer.stop();
        }
        return stream.toByteArray();
    }

    private byte[] foreign(StreamMetadata metadata, List<Range> ranges, byte[] content) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        byte[] json = metadata.toJson();
        header(stream, "meta", 0, json.length);
        stream.write(json);
        stream.write(CR_LF);
        List<Integer> lengths = new ArrayList<>();
        for (Range range : ranges) {
            header(stream, range.zero() ? "zero" : "data", range.start(), range.length());
            if (!range.zero()) {
                byte[] bytes = Arrays.copyOfRange(content, range.start(), range.start() + range.length());
                byte[] written = metadata.compressed() ? lz4(bytes) : bytes;
                lengths.add(written.length);
                stream.write(written);
                stream.write(CR_LF);
            }
        }
        header(stream, "stop", 0, 0);
        if (metadata.compressed()) {
            byte[] trailer = lengths.toString().getBytes(StandardCharsets.US_ASCII);
            stream.write(trailer);
            stream.write(CR_LF);
            header(stream, "comp", 0, trailer.length);
        }
        return stream.toByteArray();
    }

    private static void header(ByteArrayOutputStream stream, String kind, long start, long length) throws IOException {
        stream.write(String.format("%s %016x %016x\r\n", kind, start, length).getBytes(StandardCharsets.US_ASCII));
    }

    private byte[] lz4(byte[] content) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        int most = random.nextInt(3) == 0 ? 1 + random.nextInt(100_000) : content.length;
        for (int at = 0; at < content.length; at += most) {
            // checksums of blocks and of the content, as the reference's
            var parameters = new FramedLZ4CompressorOutputStream.Parameters(BlockSize.K64, true, true, true,
                    BlockLZ4CompressorOutputStream.createParameterBuilder().build());
            try (var lz4 = new FramedLZ4CompressorOutputStream(frames, parameters)) {
                lz4.write(content, at, Math.min(most, content.length - at));
            }
        }
        return frames.toByteArray();
    }
}
