/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.FrameKind;
import io.virtnbd.sparsestream.Lz4FrameEncoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds the payloads as they are read, one behind the other, and makes of each data frame one with an LZ4 frame as its
 * payload.
 */
final class Lz4Slot extends Slot {

    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

    private final Lz4FrameEncoder encoder;
    private final boolean detectZeroes;
    private final ByteBuffer raw;
    private final ByteBuffer encoded;
    private final List<Frame> frames = new ArrayList<>();
    private final List<Encoded> encodedPayloads = new ArrayList<>();
    private int encodedRoom;

    private record Encoded(int dataLength, int compressedLength) {
    }

    /**
     * @param maxDataLength bytes of the largest data frame
     * @param level         compression level
     * @param detectZeroes  whether a data frame of zeroes becomes a zero frame; not possible where the metadata, which has
     *                      the bytes of all data frames, is already sent
     */
    Lz4Slot(int maxDataLength, int level, boolean detectZeroes) {
        this.encoder = new Lz4FrameEncoder(level);
        this.detectZeroes = detectZeroes;
        this.raw = ByteBuffer.allocateDirect(maxDataLength);
        this.encoded = ByteBuffer.allocateDirect(maxEncodedLength(maxDataLength));
        this.encodedRoom = encoded.capacity();
    }

    private static int maxEncodedLength(int dataLength) {
        return FrameHeader.LENGTH + Lz4FrameEncoder.maxEncodedLength(dataLength) + StreamSize.CRLF_LENGTH;
    }

    @Override
    boolean layOut(Frame frame) {
        boolean data = frame instanceof DataFrame;
        int payload = data ? Math.toIntExact(frame.length()) : 0;
        int needed = data ? maxEncodedLength(payload) : FrameHeader.LENGTH;
        if (raw.remaining() < payload || encodedRoom < needed) {
            return false;
        }
        frames.add(frame);
        encodedRoom -= needed;
        if (data) {
            addRead(frame.start(), raw.slice(raw.position(), payload));
            raw.position(raw.position() + payload);
        }
        return true;
    }

    @Override
    void encode() {
        raw.flip();
        for (Frame frame : frames) {
            int payload = frame instanceof DataFrame ? Math.toIntExact(frame.length()) : 0;
            if (payload == 0 || detectZeroes && isZero(payload)) {
                raw.position(raw.position() + payload);
                FrameHeader.encode(FrameKind.ZERO, frame.start(), frame.length(), encoded);
            } else {
                FrameHeader.encode(FrameKind.DATA, frame.start(), frame.length(), encoded);
                ByteBuffer source = raw.slice(raw.position(), payload);
                raw.position(raw.position() + payload);
                encodedPayloads.add(new Encoded(payload, encoder.encode(source, encoded)));
                encoded.put(PlainSlot.CR).put(PlainSlot.LF);
            }
        }
        encoded.flip();
    }

    private boolean isZero(int length) {
        for (int done = 0; done < length; done += ZEROES.capacity()) {
            int piece = Math.min(ZEROES.capacity(), length - done);
            if (raw.slice(raw.position() + done, piece).mismatch(ZEROES.slice(0, piece)) != -1) {
                return false;
            }
        }
        return true;
    }

    @Override
    ByteBuffer output() {
        return encoded;
    }

    @Override
    boolean encodesSlowly() {
        return true;
    }

    @Override
    void contributeTo(StreamTail tail) {
        encodedPayloads.forEach(payload -> tail.add(payload.dataLength(), payload.compressedLength()));
    }

    @Override
    void clear() {
        super.clear();
        raw.clear();
        encoded.clear();
        frames.clear();
        encodedPayloads.clear();
        encodedRoom = encoded.capacity();
    }
}
