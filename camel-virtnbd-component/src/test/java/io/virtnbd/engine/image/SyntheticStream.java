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

    private static final byte[] ZEROES = new byte[1024];

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
        for (long at = offset; target.hasRemaining();) {
            int before = target.position();
            if (at < head.length) {
                put(head, (int) at, target);
            } else if (at >= framesEnd) {
                put(tail, (int) (at - framesEnd), target);
            } else {
                frame((at - head.length) / stride, (int) ((at - head.length) % stride), target);
            }
            at += target.position() - before;
        }
    }

    private void frame(long number, int within, ByteBuffer target) {
        if (within < FrameHeader.LENGTH) {
            ByteBuffer header = ByteBuffer.allocate(FrameHeader.LENGTH);
            FrameHeader.encode(FrameKind.DATA, number * frameLength, frameLength, header);
            put(header.array(), within, target);
        } else if (within >= stride - CR_LF.length) {
            put(CR_LF, within - stride + CR_LF.length, target);
        } else {
            target.put(ZEROES, 0, Math.min(Math.min(target.remaining(), ZEROES.length), stride - CR_LF.length - within));
        }
    }

    private static void put(byte[] bytes, int from, ByteBuffer target) {
        target.put(bytes, from, Math.min(target.remaining(), bytes.length - from));
    }
}
