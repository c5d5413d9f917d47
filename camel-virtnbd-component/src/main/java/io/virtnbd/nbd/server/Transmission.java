/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.CommandType;
import java.io.IOException;

/** The transmission phase of one client: requests are carried out and answered one after the other, in order. */
final class Transmission {

    private final Wire wire;
    private final RequestRules rules;
    private final ReplyWriter replies;
    private final ReadHandler reads;
    private final WriteHandler writes;
    private final StatusHandler status;
    private final ReadAhead readAhead;

    Transmission(Session session, Wire wire) {
        PayloadBuffer payload = new PayloadBuffer();
        this.wire = wire;
        this.rules = new RequestRules(session);
        this.replies = new ReplyWriter(wire, session.structured());
        this.reads = new ReadHandler(session, wire, replies, payload);
        this.writes = new WriteHandler(session, wire, payload);
        this.status = new StatusHandler(session, wire, replies, payload);
        this.readAhead = new ReadAhead(session.export(), wire);
    }

    /**
     * Serves the client until it disconnects.
     *
     * @throws IOException if the connection broke or the client broke the protocol
     */
    void run() throws IOException {
        for (Request request = Request.read(wire); request != null; request = Request.read(wire)) {
            if (request.type() == CommandType.DISC) {
                wire.flush();
                return;
            }
            readAhead.before(request);
            try {
                check(request);
                execute(request);
            } catch (RequestFailure e) {
                replies.failure(request, e);
            }
        }
    }

    private void check(Request request) throws IOException, RequestFailure {
        try {
            rules.check(request);
        } catch (RequestFailure e) {
            if (request.type() == CommandType.WRITE) {
                wire.skip(request.length());
            }
            throw e;
        }
    }

    private void execute(Request request) throws IOException, RequestFailure {
        switch (request.type()) {
            case CommandType.READ -> reads.read(request);
            case CommandType.BLOCK_STATUS -> status.blockStatus(request);
            case CommandType.WRITE -> {
                writes.write(request);
                replies.success(request);
            }
            case CommandType.WRITE_ZEROES -> {
                writes.writeZeroes(request);
                replies.success(request);
            }
            case CommandType.TRIM -> {
                writes.trim(request);
                replies.success(request);
            }
            case CommandType.FLUSH -> {
                writes.flush(request);
                replies.success(request);
            }
            default -> throw new IllegalStateException(request.describe() + " passed the rules");
        }
    }
}
