/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.protocol.BaseAllocation;
import io.virtnbd.nbd.protocol.CommandFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Answers BLOCK_STATUS for {@code base:allocation}. Source: NBD protocol, "NBD_CMD_BLOCK_STATUS". */
final class StatusHandler {

    /** The number that stands for {@code base:allocation} in replies. */
    static final int ALLOCATION_ID = 1;
    /** Extents in one reply; the protocol advises 2^20 at the most. The client asks again for what is left. */
    static final int MAXIMUM_EXTENTS = 16 * 1024;

    private final GuardedExport export;
    private final Wire wire;
    private final ReplyWriter replies;
    private final PayloadBuffer payload;

    StatusHandler(Session session, Wire wire, ReplyWriter replies, PayloadBuffer payload) {
        this.export = new GuardedExport(session.export());
        this.wire = wire;
        this.replies = replies;
        this.payload = payload;
    }

    void blockStatus(Request request) throws IOException, RequestFailure {
        int maximum = request.has(CommandFlags.REQ_ONE) ? 1 : MAXIMUM_EXTENTS;
        List<Extent> extents = export.extents(request, ExtentCollector.exact(request, maximum));
        ByteBuffer descriptors = payload.take(8L * extents.size());
        for (Extent extent : extents) {
            // within the request, whose length is below 2^32
            descriptors.putInt((int) extent.length())
                    .putInt(extent.type() == ExtentType.ZERO ? BaseAllocation.HOLE | BaseAllocation.ZERO : 0);
        }
        replies.blockStatus(request, ALLOCATION_ID, extents.size());
        wire.write(descriptors.flip());
    }
}
