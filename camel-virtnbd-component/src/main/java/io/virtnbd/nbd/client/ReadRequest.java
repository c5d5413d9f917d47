/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.ReplyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** READ: chunks of data go straight from the connection into the target. */
final class ReadRequest extends PendingRequest<Void> {

    /** Servers should answer in multiples of 512 bytes; the addend leaves room for those that do not with small requests. */
    private static final int SMALLEST_USUAL_CHUNK = 512;
    private static final int SPARE_CHUNKS = 1024;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(64 * 1024).asReadOnlyBuffer();

    private final ByteBuffer target;
    private final ByteBuffer window;
    private final int base;
    private final ReadCoverage coverage;

    ReadRequest(long offset, ByteBuffer target) {
        super(CommandType.READ, 0, offset, target.remaining());
        this.target = target;
        this.window = target.duplicate();
        this.base = target.position();
        this.coverage = new ReadCoverage(target.remaining());
    }

    @Override
    long maxChunks() {
        return SPARE_CHUNKS + length() / SMALLEST_USUAL_CHUNK;
    }

    @Override
    void content(int chunkType, long payloadLength, TransportInput input) throws IOException {
        if (chunkType == ReplyType.OFFSET_DATA) {
            if (payloadLength <= Long.BYTES) {
                throw unexpected("a data chunk with " + payloadLength + " bytes of payload, expected more than 8");
            }
            select("data", input.require(Long.BYTES).getLong(), payloadLength - Long.BYTES);
            input.readFully(window);
        } else if (chunkType == ReplyType.OFFSET_HOLE) {
            if (payloadLength != Long.BYTES + Integer.BYTES) {
                throw unexpected("a hole chunk with " + payloadLength + " bytes of payload, expected 12");
            }
            ByteBuffer payload = input.require(Long.BYTES + Integer.BYTES);
            select("hole", payload.getLong(), Integer.toUnsignedLong(payload.getInt()));
            fillWithZeroes();
        } else {
            throw unexpected("a chunk of type " + chunkType);
        }
    }

    /** Checks a range that the server named and sets the window to it. */
    private void select(String what, long chunkOffset, long count) throws NbdProtocolException {
        if (count == 0 || chunkOffset < offset() || !coverage.add(chunkOffset - offset(), count)) {
            throw unexpected("a " + what + " chunk of " + count + " bytes at " + Long.toUnsignedString(chunkOffset)
                    + ", which is out of range, empty or overlaps another");
        }
        int start = base + (int) (chunkOffset - offset());
        window.limit(start + (int) count).position(start);
    }

    private void fillWithZeroes() {
        if (window.hasArray()) {
            int from = window.arrayOffset() + window.position();
            Arrays.fill(window.array(), from, from + window.remaining(), (byte) 0);
            return;
        }
        ByteBuffer zeroes = ZEROES.duplicate();
        while (window.hasRemaining()) {
            zeroes.clear().limit(Math.min(zeroes.capacity(), window.remaining()));
            window.put(zeroes);
        }
    }

    @Override
    void simpleContent(boolean structuredReplies, TransportInput input) throws IOException {
        if (structuredReplies) {
            throw unexpected("the form of a simple reply although structured replies were negotiated");
        }
        select("data", offset(), length());
        input.readFully(window);
    }

    @Override
    Void result() throws NbdProtocolException {
        if (!coverage.isComplete()) {
            throw unexpected("no data for offset " + (offset() + coverage.firstGap()) + " and reports success");
        }
        target.position(base + (int) length());
        return null;
    }
}
