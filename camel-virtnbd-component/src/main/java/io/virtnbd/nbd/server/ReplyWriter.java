/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.ReplyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes the headers of replies. Source: NBD protocol, "Simple reply message" and "Structured reply chunk message".
 *
 * <pre>
 * simple      0  u32 magic    4  u32 error    8  u64 cookie
 * structured  0  u32 magic    4  u16 flags    6  u16 type    8  u64 cookie    16  u32 length of the payload
 * </pre>
 */
final class ReplyWriter {

    private static final int SIMPLE = 16;
    private static final int CHUNK = 20;
    /** Bytes of an error message; a fraction of the 4096 that a string may have. */
    private static final int MAXIMUM_MESSAGE = 1024;

    private final Wire wire;
    private final boolean structured;

    ReplyWriter(Wire wire, boolean structured) {
        this.wire = wire;
        this.structured = structured;
    }

    /** The whole reply, or with simple replies the header before the data, of a request that succeeded. */
    void success(Request request) throws IOException {
        simple(request, 0);
    }

    /** The last chunk of a reply, or the whole of a simple one. */
    void failure(Request request, RequestFailure failure) throws IOException {
        if (!structured) {
            simple(request, failure.errno());
            return;
        }
        byte[] message = failure.getMessage().getBytes(StandardCharsets.US_ASCII);
        int length = Math.min(message.length, MAXIMUM_MESSAGE);
        chunk(request, ReplyType.FLAG_DONE, ReplyType.ERROR, 6 + length, 6 + length)
                .putInt(failure.errno()).putShort((short) length).put(message, 0, length);
    }

    /** The start of a chunk that {@code length} bytes of data must follow. */
    void data(Request request, int flags, long offset, int length) throws IOException {
        chunk(request, flags, ReplyType.OFFSET_DATA, 8 + length, 8).putLong(offset);
    }

    void hole(Request request, int flags, long offset, int length) throws IOException {
        chunk(request, flags, ReplyType.OFFSET_HOLE, 12, 12).putLong(offset).putInt(length);
    }

    /** The start of the only chunk of a reply, which descriptors of 8 bytes must follow. */
    void blockStatus(Request request, int contextId, int descriptors) throws IOException {
        chunk(request, ReplyType.FLAG_DONE, ReplyType.BLOCK_STATUS, 4 + 8 * descriptors, 4).putInt(contextId);
    }

    /** Ends a reply whose content was sent. */
    void done(Request request) throws IOException {
        chunk(request, ReplyType.FLAG_DONE, ReplyType.NONE, 0, 0);
    }

    private void simple(Request request, int error) throws IOException {
        wire.room(SIMPLE).putInt(Magic.SIMPLE_REPLY).putInt(error).putLong(request.cookie());
    }

    private ByteBuffer chunk(Request request, int flags, int type, int payload, int payloadHere) throws IOException {
        return wire.room(CHUNK + payloadHere)
                .putInt(Magic.STRUCTURED_REPLY)
                .putShort((short) flags)
                .putShort((short) type)
                .putLong(request.cookie())
                .putInt(payload);
    }
}
