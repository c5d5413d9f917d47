/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.FrameKind;
import java.nio.ByteBuffer;

/** Holds frames as they stand in a plain stream: payloads are read to their final place, nothing is moved afterwards. */
final class PlainSlot extends Slot {

    static final byte CR = '\r';
    static final byte LF = '\n';

    private final ByteBuffer buffer;
    private final int maxFrames;
    private int frames;

    /**
     * @param maxDataLength bytes of the largest data frame
     * @param maxFrames     frames that the slot takes at most
     */
    PlainSlot(int maxDataLength, int maxFrames) {
        this.buffer = ByteBuffer.allocateDirect(FrameHeader.LENGTH + maxDataLength + StreamSize.CRLF_LENGTH);
        this.maxFrames = maxFrames;
    }

    @Override
    boolean layOut(Frame frame) {
        boolean data = frame instanceof DataFrame;
        int payload = data ? Math.toIntExact(frame.length()) : 0;
        int needed = FrameHeader.LENGTH + (data ? payload + StreamSize.CRLF_LENGTH : 0);
        if (frames == maxFrames || buffer.remaining() < needed) {
            return false;
        }
        frames++;
        FrameHeader.encode(data ? FrameKind.DATA : FrameKind.ZERO, frame.start(), frame.length(), buffer);
        if (data) {
            addRead(frame.start(), buffer.slice(buffer.position(), payload));
            buffer.position(buffer.position() + payload);
            buffer.put(CR).put(LF);
        }
        return true;
    }

    @Override
    void encode() {
        buffer.flip();
    }

    @Override
    ByteBuffer output() {
        return buffer;
    }

    @Override
    boolean encodesSlowly() {
        return false;
    }

    @Override
    void contributeTo(StreamTail tail) {
        // the tail of a plain stream is its stop frame alone
    }

    @Override
    void clear() {
        super.clear();
        buffer.clear();
        frames = 0;
    }
}
