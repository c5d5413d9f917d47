/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.protocol.CommandFlags;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.ReplyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Answers READ. Source: NBD protocol, "NBD_CMD_READ". */
final class ReadHandler {

    /** A chunk for a hole that is shorter costs both sides more than its zeroes do. */
    private static final int SHORTEST_HOLE = 32 * 1024;
    /** From this length on sending straight from a file beats copying. */
    private static final int SHORTEST_TRANSFER = 64 * 1024;

    private final Session session;
    private final GuardedExport export;
    private final Wire wire;
    private final ReplyWriter replies;
    private final PayloadBuffer payload;
    private boolean transfers = true;

    ReadHandler(Session session, Wire wire, ReplyWriter replies, PayloadBuffer payload) {
        this.session = session;
        this.export = new GuardedExport(session.export());
        this.wire = wire;
        this.replies = replies;
        this.payload = payload;
    }

    void read(Request request) throws IOException, RequestFailure {
        if (!session.structured()) {
            sendSimple(request);
        } else if (request.has(CommandFlags.DF)) {
            sendData(request, request.offset(), (int) request.length(), true);
        } else {
            sendExtents(request, export.extents(request, ExtentCollector.coarse(request, SHORTEST_HOLE)));
        }
    }

    private void sendExtents(Request request, List<Extent> extents) throws IOException, RequestFailure {
        for (int i = 0; i < extents.size(); i++) {
            Extent extent = extents.get(i);
            boolean last = i == extents.size() - 1;
            if (extent.type() == ExtentType.ZERO) {
                replies.hole(request, last ? ReplyType.FLAG_DONE : 0, extent.offset(), (int) extent.length());
            } else {
                sendData(request, extent.offset(), (int) extent.length(), last);
            }
        }
    }

    private void sendData(Request request, long offset, int length, boolean last) throws IOException, RequestFailure {
        if (length > PayloadBuffer.CAPACITY || transfers && length >= SHORTEST_TRANSFER) {
            streamData(request, offset, length);
            if (last) {
                replies.done(request);
            }
        } else {
            ByteBuffer data = payload.take(length);
            export.read(request, offset, data);
            replies.data(request, last ? ReplyType.FLAG_DONE : 0, offset, length);
            wire.write(data.flip());
        }
    }

    /** Sends a chunk whose content is not known to be readable yet; when it is not the chunk is filled up with zeroes. */
    private void streamData(Request request, long offset, int length) throws IOException, RequestFailure {
        replies.data(request, 0, offset, length);
        RequestFailure failure = null;
        for (int sent = transfer(offset, length); sent < length;) {
            ByteBuffer piece = payload.take(length - sent);
            if (failure == null) {
                try {
                    export.read(request, offset + sent, piece);
                } catch (RequestFailure e) {
                    failure = e;
                }
            }
            piece.rewind();
            sent += piece.remaining();
            if (failure == null) {
                wire.write(piece);
            } else {
                sendZeroes(piece.remaining());
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private int transfer(long offset, int length) throws IOException {
        int sent = 0;
        while (transfers && sent < length) {
            int count = (int) wire.transfer(session.export(), offset + sent, length - sent);
            transfers = count > 0;
            sent += count;
        }
        return sent;
    }

    private void sendZeroes(int count) throws IOException {
        for (int left = count; left > 0;) {
            ByteBuffer zeroes = ZeroWriter.zeroes(left);
            left -= zeroes.remaining();
            wire.write(zeroes);
        }
    }

    /** The header of a simple reply says that all is well, so that an error after the first piece ends the connection. */
    private void sendSimple(Request request) throws IOException, RequestFailure {
        for (long sent = 0; sent < request.length();) {
            ByteBuffer piece = payload.take(request.length() - sent);
            try {
                export.read(request, request.offset() + sent, piece);
            } catch (RequestFailure e) {
                if (sent == 0) {
                    throw e;
                }
                throw new NbdProtocolException("a simple reply cannot report an error in its middle: " + e.getMessage(), e);
            }
            if (sent == 0) {
                replies.success(request);
            }
            piece.flip();
            sent += piece.remaining();
            wire.write(piece);
        }
    }
}
