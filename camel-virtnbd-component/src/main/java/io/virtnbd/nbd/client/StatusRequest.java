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
import java.util.List;

/** BLOCK_STATUS: one chunk for each meta context. */
final class StatusRequest extends PendingRequest<BlockStatus> {

    private static final int SPARE_CHUNKS = 16;
    private static final int DESCRIPTOR = 2 * Integer.BYTES;
    private static final int PIECE = 32 * 1024;

    private final MetaContexts contexts;
    private final long exportSize;
    private final int maxExtents;
    private final ContextExtents[] answers;

    StatusRequest(long offset, long length, MetaContexts contexts, long exportSize, int maxExtents) {
        super(CommandType.BLOCK_STATUS, 0, offset, length);
        this.contexts = contexts;
        this.exportSize = exportSize;
        this.maxExtents = maxExtents;
        this.answers = new ContextExtents[contexts.ids().size()];
    }

    @Override
    long maxChunks() {
        return SPARE_CHUNKS + answers.length;
    }

    @Override
    void content(int chunkType, long payloadLength, TransportInput input) throws IOException {
        if (chunkType != ReplyType.BLOCK_STATUS) {
            throw unexpected("a chunk of type " + chunkType);
        }
        long extentBytes = payloadLength - Integer.BYTES;
        if (extentBytes < DESCRIPTOR || extentBytes % DESCRIPTOR != 0 || extentBytes / DESCRIPTOR > maxExtents) {
            throw unexpected("a status chunk with " + payloadLength + " bytes of payload, expected 4 and 8 for each of 1 to "
                    + maxExtents + " extents");
        }
        int id = input.require(Integer.BYTES).getInt();
        int index = contexts.indexOf(id);
        if (index < 0 || answers[index] != null) {
            throw unexpected((index < 0 ? "an unknown" : "twice the") + " meta context id " + Integer.toUnsignedString(id));
        }
        answers[index] = extents((int) (extentBytes / DESCRIPTOR), input);
    }

    private ContextExtents extents(int count, TransportInput input) throws IOException {
        int[] descriptors = new int[2 * count];
        ByteBuffer piece = ByteBuffer.allocate(Math.min(PIECE, DESCRIPTOR * count));
        long total = 0;
        for (int i = 0; i < descriptors.length; i += 2) {
            if (i == 0 || !piece.hasRemaining()) {
                piece.clear().limit(Math.min(piece.capacity(), Integer.BYTES * (descriptors.length - i)));
                input.readFully(piece);
                piece.flip();
            }
            descriptors[i] = piece.getInt();
            descriptors[i + 1] = piece.getInt();
            if (descriptors[i] == 0 || total >= length()) {
                throw unexpected("extent " + i / 2 + " that is empty or begins after the end of the request");
            }
            total += Integer.toUnsignedLong(descriptors[i]);
        }
        return new ContextExtents(descriptors, Math.min(total, exportSize - offset()));
    }

    @Override
    void simpleContent(boolean structuredReplies, TransportInput input) throws NbdProtocolException {
        throw unexpected("the form of a simple reply, which cannot have extents");
    }

    @Override
    BlockStatus result() throws NbdProtocolException {
        for (int i = 0; i < answers.length; i++) {
            if (answers[i] == null) {
                throw unexpected("no extents of meta context " + contexts.names().get(i) + " and reports success");
            }
        }
        return new BlockStatus(offset(), List.of(answers));
    }
}
