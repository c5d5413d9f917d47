/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.ErrorChunk;
import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.NbdErrno;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.ReplyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * Receives simple and structured replies and hands them to the requests that they belong to.
 *
 * <pre>
 * simple:      0  32 bits  magic 0x67446698      structured:  0  32 bits  magic 0x668e33ef
 *              4  32 bits  error                              4  16 bits  flags
 *              8  64 bits  cookie                             6  16 bits  type
 *                                                             8  64 bits  cookie
 *                                                            16  32 bits  length of the payload
 * </pre>
 *
 * Source: NBD protocol, "Simple reply message", "Structured reply chunk message".
 */
final class ReplyReader {

    private static final int SIMPLE_HEADER = 16;

    private final TransportInput input;
    private final RequestWindow window;
    private final RequestSender sender;
    private final boolean structuredReplies;

    ReplyReader(Negotiated negotiated, RequestWindow window, RequestSender sender) {
        this.input = negotiated.input();
        this.window = window;
        this.sender = sender;
        this.structuredReplies = negotiated.export().structuredReplies();
    }

    /** Receives a simple reply or a chunk of a structured one; returns the request if this ended its reply, else null. */
    PendingRequest<?> receive() throws IOException {
        ByteBuffer header = input.require(SIMPLE_HEADER);
        int magic = header.getInt();
        if (magic == Magic.SIMPLE_REPLY) {
            return simple(header.getInt(), header.getLong());
        }
        if (magic == Magic.STRUCTURED_REPLY && structuredReplies) {
            int flags = Short.toUnsignedInt(header.getShort());
            int type = Short.toUnsignedInt(header.getShort());
            long cookie = header.getLong();
            long length = Integer.toUnsignedLong(input.require(Integer.BYTES).getInt());
            return chunk(flags, type, window.find(cookie), length);
        }
        throw new NbdProtocolException("a reply begins with 0x" + Integer.toHexString(magic) + ", expected 0x"
                + Integer.toHexString(Magic.SIMPLE_REPLY)
                + (structuredReplies ? " or 0x" + Integer.toHexString(Magic.STRUCTURED_REPLY) : ""));
    }

    private PendingRequest<?> simple(int errno, long cookie) throws IOException {
        PendingRequest<?> request = window.find(cookie);
        request.countChunk();
        if (errno != 0) {
            request.error(new ErrorChunk(errno, "", OptionalLong.empty()));
        } else {
            request.simpleContent(structuredReplies, input);
        }
        return request;
    }

    private PendingRequest<?> chunk(int flags, int type, PendingRequest<?> request, long length) throws IOException {
        boolean done = (flags & ReplyType.FLAG_DONE) != 0;
        request.countChunk();
        if (type == ReplyType.NONE) {
            if (!done || length != 0) {
                throw request.unexpected("a NONE chunk that is not the last one or has a payload of " + length + " bytes");
            }
        } else if ((type & ReplyType.ERROR_BIT) != 0) {
            error(type, request, length);
        } else {
            request.content(type, length, input);
        }
        return done ? request : null;
    }

    private void error(int type, PendingRequest<?> request, long length) throws IOException {
        if (length > ErrorChunk.MAX_LENGTH) {
            throw request.unexpected("an error chunk with " + length + " bytes of payload, at most " + ErrorChunk.MAX_LENGTH
                    + " are allowed");
        }
        ByteBuffer payload = ByteBuffer.allocate((int) length);
        input.readFully(payload);
        request.error(ErrorChunk.decode(type, payload.flip()));
    }

    /** Ends a request: fills its place before its future's callbacks run, which may take a while, and again after them. */
    void finish(PendingRequest<?> request) throws IOException {
        window.release(request);
        try {
            sender.pump();
        } finally {
            complete(request);
        }
        if (request.errno() == NbdErrno.ESHUTDOWN.code()) {
            throw new ServerShutdownException();
        }
        sender.pump();
    }

    private static void complete(PendingRequest<?> request) throws NbdProtocolException {
        try {
            request.complete();
        } catch (NbdProtocolException e) {
            request.fail(e);
            throw e;
        }
    }
}
