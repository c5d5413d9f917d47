/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.CommandFlags;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Carries out the commands that change an export. Source: NBD protocol, "NBD_CMD_WRITE" and the following. */
final class WriteHandler {

    private final GuardedExport export;
    private final Wire wire;
    private final PayloadBuffer payload;

    WriteHandler(Session session, Wire wire, PayloadBuffer payload) {
        this.export = new GuardedExport(session.export());
        this.wire = wire;
        this.payload = payload;
    }

    /** Writes a payload piece by piece as it comes in. All of it is read even if it cannot be written. */
    void write(Request request) throws IOException, RequestFailure {
        for (long taken = 0; taken < request.length();) {
            ByteBuffer piece = payload.take(request.length() - taken);
            wire.readFully(piece);
            piece.flip();
            int count = piece.remaining();
            try {
                export.write(request, request.offset() + taken, piece);
            } catch (RequestFailure e) {
                wire.skip(request.length() - taken - count);
                throw e;
            }
            taken += count;
        }
        flushIfForced(request);
    }

    void writeZeroes(Request request) throws RequestFailure {
        export.writeZeroes(request, request.has(CommandFlags.NO_HOLE));
        flushIfForced(request);
    }

    void trim(Request request) throws RequestFailure {
        export.trim(request);
        flushIfForced(request);
    }

    void flush(Request request) throws RequestFailure {
        export.flush(request);
    }

    private void flushIfForced(Request request) throws RequestFailure {
        if (request.has(CommandFlags.FUA)) {
            export.flush(request);
        }
    }
}
