/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes streams byte by byte, also such as a writer would refuse. */
final class StreamBytes {

    private static final int CHUNKED_FROM = 32 << 20;

    private final ByteArrayOutputStream frames = new ByteArrayOutputStream();
    private final List<String> trailer = new ArrayList<>();
    private final StreamMetadataBuilder metadata;
    private long dataSize;
    private boolean compressed;

    private StreamBytes(StreamMetadataBuilder metadata) {
        this.metadata = metadata;
    }

    /** Starts a full backup that makes checkpoint {@code cp.0}. */
    static StreamBytes full(long virtualSize) {
        return new StreamBytes(StreamMetadata.builder().virtualSize(virtualSize).diskName("vda").diskFormat("raw")
                .date("2026-01-02T03:04:05.000000").checkpointName("cp.0"));
    }

    static StreamBytes increment(long virtualSize, String parent, String checkpoint) {
        StreamBytes stream = full(virtualSize);
        stream.metadata().checkpointName(checkpoint).incremental(true).parentCheckpoint(parent);
        return stream;
    }

    StreamBytes segment(int index, int count) {
        metadata.segment(index, count);
        return this;
    }

    StreamMetadataBuilder metadata() {
        return metadata;
    }

    StreamBytes data(long start, byte[] bytes) {
        header("data", start, bytes.length);
        frames.writeBytes(bytes);
        return crLf(bytes.length);
    }

    /** @param lz4Frames hold together the bytes of the frame */
    StreamBytes lz4(long start, int length, byte[]... lz4Frames) {
        compressed = true;
        header("data", start, length);
        int total = 0;
        List<Integer> lengths = new ArrayList<>();
        for (byte[] lz4Frame : lz4Frames) {
            frames.writeBytes(lz4Frame);
            total += lz4Frame.length;
            lengths.add(lz4Frame.length);
        }
        trailer.add(length < CHUNKED_FROM ? Integer.toString(total) : "{\"" + total + "\": " + lengths + "}");
        return crLf(length);
    }

    private StreamBytes crLf(int length) {
        dataSize += length;
        frames.writeBytes(new byte[] {'\r', '\n'});
        return this;
    }

    StreamBytes zero(long start, long length) {
        header("zero", start, length);
        return this;
    }

    private void header(String kind, long start, long length) {
        frames.writeBytes(header(kind, start, length, ""));
    }

    private static byte[] header(String kind, long start, long length, String more) {
        return String.format("%s %016x %016x\r\n%s", kind, start, length, more).getBytes(StandardCharsets.US_ASCII);
    }

    byte[] bytes() {
        if (compressed) {
            metadata.compressed(1);
        }
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        String json = new String(metadata.dataSize(dataSize).build().toJson(), StandardCharsets.US_ASCII);
        stream.writeBytes(header("meta", 0, json.length(), json + "\r\n"));
        stream.writeBytes(frames.toByteArray());
        stream.writeBytes(header("stop", 0, 0, ""));
        if (compressed) {
            String lengths = trailer.toString();
            stream.writeBytes((lengths + "\r\n").getBytes(StandardCharsets.US_ASCII));
            stream.writeBytes(header("comp", 0, lengths.length(), ""));
        }
        return stream.toByteArray();
    }

    StreamInput input(String name) {
        return StreamInput.of(name, new ByteArrayInputStream(bytes()));
    }

    /** So many bytes of that value. */
    static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
