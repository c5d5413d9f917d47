/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Puts streams together byte by byte, right or wrong. */
final class StreamBytes {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Any metadata of a plain incremental. */
    static StreamBytes plain(long virtualSize, long dataSize) {
        return new StreamBytes().meta("{\"virtualSize\": " + virtualSize + ", \"dataSize\": " + dataSize
                + ", \"compressed\": false, \"incremental\": true, \"streamVersion\": 2}");
    }

    static StreamBytes full(long virtualSize, long dataSize) {
        return new StreamBytes().meta("{\"virtualSize\": " + virtualSize + ", \"dataSize\": " + dataSize
                + ", \"compressed\": false, \"incremental\": false, \"streamVersion\": 2}");
    }

    static StreamBytes lz4(long virtualSize, long dataSize) {
        return new StreamBytes().meta("{\"virtualSize\": " + virtualSize + ", \"dataSize\": " + dataSize
                + ", \"compressed\": 2, \"incremental\": true, \"streamVersion\": 2}");
    }

    StreamBytes meta(String json) {
        return header("meta", 0, json.getBytes(StandardCharsets.UTF_8).length).text(json).text("\r\n");
    }

    StreamBytes header(String kind, long start, long length) {
        return text(String.format("%s %016x %016x\r\n", kind, start, length));
    }

    /** A whole data frame. */
    StreamBytes data(long start, byte[] payload) {
        return header("data", start, payload.length).raw(payload).text("\r\n");
    }

    /** A whole data frame of a compressed stream. */
    StreamBytes data(long start, long length, byte[]... lz4Frames) {
        header("data", start, length);
        for (byte[] frame : lz4Frames) {
            raw(frame);
        }
        return text("\r\n");
    }

    StreamBytes zero(long start, long length) {
        return header("zero", start, length);
    }

    StreamBytes stop() {
        return header("stop", 0, 0);
    }

    StreamBytes trailer(String json) {
        return text(json).text("\r\n").header("comp", 0, json.length());
    }

    StreamBytes text(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    StreamBytes raw(byte[] more) {
        bytes.writeBytes(more);
        return this;
    }

    int length() {
        return bytes.size();
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    SparseStreamReader open() throws IOException {
        return SparseStreamReader.open(new ByteArrayInputStream(bytes.toByteArray()));
    }
}
