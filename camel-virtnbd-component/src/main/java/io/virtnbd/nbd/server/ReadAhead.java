/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an export what one client is likely to read next: what it has asked for already, in requests that wait for their turn, and,
 * while it reads in sequence, what comes behind. Never more than the export's lookahead of each. For one thread.
 */
final class ReadAhead {

    private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);

    /** What a request counts for at least, since an export may have to make that much ready for it. */
    private static final int LEAST = 256 << 10;
    /** Requests that follow each other before more are expected to. */
    private static final int IN_SEQUENCE = 2;

    private final Export export;
    private final Wire wire;
    private final long size;
    private final long window;
    /** Requests that wait for their turn, of which the export was told. */
    private int told;
    private int run;
    /** Of what was read in sequence. */
    private long end;
    /** Of what was expected in sequence. */
    private long ahead;

    ReadAhead(Export export, Wire wire) {
        this.export = export;
        this.wire = wire;
        this.size = export.size();
        this.window = export.lookahead();
    }

    /** @param request that was taken and comes next; each, in their order */
    void before(Request request) {
        told = Math.max(0, told - 1);
        if (window <= 0 || !isRead(request)) {
            return;
        }
        try {
            follow(request);
            lookAtUnread(request);
        } catch (IOException | RuntimeException e) {
            LOG.debug("{}: what comes next cannot be made ready", request.describe(), e);
        }
    }

    /** Whether the rules let it pass, as far as its range goes. */
    private boolean isRead(Request request) {
        return request.type() == CommandType.READ && request.offset() >= 0 && request.length() > 0
                && request.length() <= RequestRules.MAXIMUM_PAYLOAD && request.offset() <= size - request.length();
    }

    // requests that are under way at once come in nearly, but not quite, their order
    private void follow(Request request) throws IOException {
        boolean near = Math.abs(request.offset() - end) <= window / 2;
        long requestEnd = request.offset() + request.length();
        run = near ? run + 1 : 0;
        ahead = near ? ahead : 0;
        end = near ? Math.max(end, requestEnd) : requestEnd;
        long from = Math.max(ahead, end);
        long to = Math.min(size, end + window);
        if (run >= IN_SEQUENCE && (to - from >= window / 4 || to == size && from < to)) {
            export.expect(from, to - from);
            ahead = to;
        }
    }

    private void lookAtUnread(Request request) throws IOException {
        ByteBuffer unread = wire.unread();
        long budget = window;
        if (told == 0 && request.length() > LEAST && unread.remaining() >= Request.HEADER) {
            // what is next may only be made ready after what is read now
            export.expect(request.offset(), request.length());
        }
        for (int number = 0; unread.remaining() >= Request.HEADER; number++) {
            Request next = next(unread);
            if (next == null || next.type() == CommandType.WRITE) {
                // the payload comes next
                return;
            }
            budget -= Math.max(next.length(), LEAST);
            if (budget < 0) {
                return;
            }
            if (number >= told) {
                told = number + 1;
                if (isRead(next) && (next.offset() < end - window || next.offset() + next.length() > ahead)) {
                    export.expect(next.offset(), next.length());
                }
            }
        }
    }

    private static Request next(ByteBuffer unread) {
        try {
            return Request.decode(unread);
        } catch (NbdProtocolException e) {
            // found, and reported, when it is its turn
            return null;
        }
    }
}
