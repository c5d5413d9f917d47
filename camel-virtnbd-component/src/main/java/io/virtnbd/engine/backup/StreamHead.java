/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.FrameKind;
import io.virtnbd.sparsestream.StreamMetadata;
import java.nio.ByteBuffer;

/** What starts a stream: the meta frame. */
final class StreamHead {

    private StreamHead() {
    }

    static byte[] encode(StreamMetadata metadata) {
        byte[] json = metadata.toJson();
        ByteBuffer bytes = ByteBuffer.allocate(FrameHeader.LENGTH + json.length + StreamSize.CRLF_LENGTH);
        FrameHeader.encode(FrameKind.META, 0, json.length, bytes);
        return bytes.put(json).put(PlainSlot.CR).put(PlainSlot.LF).array();
    }
}
