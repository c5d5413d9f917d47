/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.FrameKind;
import io.virtnbd.sparsestream.StreamAccess;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A full of data frames of one length, made as it is read: its payloads are zeroes, also where they should be compressed. */
final class SyntheticStream implements StreamAccess {

    private static final byte[] CR_LF = {'\r', '\n'};
    /** Of each compressed payload. */
    private static final int ENCODED = 300_000;
    private static final byte[] ENTRY = (", " + ENCODED).getBytes(StandardCharsets.US_ASCII);

    private final StreamMetadata metadata;
    private final byte[] head;
    private final int frameLength;
    private final long frames;
    private final int stride;
    private final byte[] tail;

    SyntheticStream(long size, int frameLength, boolean compressed) {
        StreamMetadataBuilder builder = StreamMetadata.builder().virtualSize(size).dataSize(size).diskName("vda")
                .diskFormat("raw").date("2026-01-02T03:04:05.000000").checkpointName("cp.0");
        metadata = (compressed ? builder.compressed(1) : builder).build();
        byte[] json = metadata.toJson();
        ByteBuffer start = ByteBuffer.allocate(FrameHeader.LENGTH + json.length + 2);
        FrameHeader.encode(FrameKind.META, 0, json.length, start);
        head = start.put(json).put(CR_LF).array();
        this.frameLength = frameLength;
        frames = size / frameLength;
        stride = FrameHeader.LENGTH + (compressed ? ENCODED : frameLength) + 2;
        int entries = compressed ? Math.toIntExact(frames) : 0;
        int trailer = compressed ? ENTRY.length * entries : 0;
        ByteBuffer end = ByteBuffer.allocate(FrameHeader.LENGTH + (compressed ? trailer + 2 + FrameHeader.LENGTH : 0));
        FrameHeader.encode(FrameKind.STOP, 0, 0, end);
        if (compressed) {
            // of two brackets and the first comma and its space, which is not there
            end.put((byte) '[').put(ENTRY, 2, ENTRY.length - 2);
            for (int i = 1; i < entries; i++) {
                end.put(ENTRY);
            }
            end.put((byte) ']').put(CR_LF);
            FrameHeader.encode(FrameKind.TRAILER, 0, trailer, end);
        }
        tail = end.array();
    }

    StreamMetadata metadata() {
        return metadata;
    }

    @Override
    public long size() {
        return head.length + frames * stride + tail.length;
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        long framesEnd = head.length + frames * stride;
        byte[] header = new byte[FrameHeader.LENGTH];
        for (long at = offset; target.hasRemaining(); at++) {
            if (at < head.length) {
                target.put(head[(int) at]);
            } else if (at >= framesEnd) {
                target.put(tail[(int) (at - framesEnd)]);
            } else {
                long frame = (at - head.length) / stride;
                int within = (int) ((at - head.length) % stride);
                if (within >= FrameHeader.LENGTH) {
                    target.put(within < stride - 2 ? 0 : CR_LF[within - stride + 2]);
                } else {
                    FrameHeader.encode(FrameKind.DATA, frame * frameLength, frameLength, ByteBuffer.wrap(header));
                    int count = Math.min(target.remaining(), FrameHeader.LENGTH - within);
                    target.put(header, within, count);
                    at += count - 1;
                }
            }
        }
    }
}
