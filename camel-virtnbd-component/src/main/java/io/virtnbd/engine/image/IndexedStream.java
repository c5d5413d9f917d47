/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.FrameWalk;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.StreamAccess;
import io.virtnbd.sparsestream.StreamLimits;
import io.virtnbd.sparsestream.ZeroFrame;
import java.io.IOException;

/**
 * A stream of a chain with its index.
 *
 * @param number of the stream in its chain, from 0
 */
record IndexedStream(int number, ChainMember member, StreamAccess access, FrameTable table) {

    /**
     * Walks over the stream.
     *
     * @throws ChainException if it is not the stream any more that the chain was made of, or is no whole, undamaged stream
     */
    static IndexedStream index(int number, ChainMember member, StreamAccess access) throws IOException {
        if (access instanceof FileAccess file) {
            try (FileAccess.Walk walk = file.walk()) {
                return new IndexedStream(number, member, access, table(member, walk));
            }
        }
        return new IndexedStream(number, member, access, table(member, access));
    }

    private static FrameTable table(ChainMember member, StreamAccess access) throws IOException {
        try {
            FrameWalk walk = new FrameWalk(access, StreamLimits.DEFAULT);
            if (!walk.metadata().equals(member.metadata())) {
                throw new ChainException(member.file() + " has changed: expected " + member.metadata() + ", found "
                        + walk.metadata());
            }
            FrameTableBuilder table = new FrameTableBuilder(walk.metadata().compressed());
            for (Frame frame = walk.next(); !(frame instanceof StopFrame); frame = walk.next()) {
                boolean zero = frame instanceof ZeroFrame;
                long payload = zero ? walk.position() : walk.payloadOffset();
                table.add(frame, payload - FrameHeader.LENGTH, walk.payloadLengths());
            }
            return table.build();
        } catch (MalformedStreamException e) {
            throw new ChainException(member.file() + ": " + e.getMessage(), e);
        }
    }
}
