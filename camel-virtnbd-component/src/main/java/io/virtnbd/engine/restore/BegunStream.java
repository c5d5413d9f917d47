/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;

/**
 * By what a stream is known again: what it says of itself, and its size, but not its name.
 *
 * @param bytes -1 where the size is not known before it is read
 */
record BegunStream(StreamMetadata metadata, long bytes) {

    static BegunStream of(StreamInput input, StreamMetadata metadata) throws IOException {
        return new BegunStream(metadata, input.bytes().orElse(-1));
    }

    /** A size that is not known fits any. */
    boolean isSame(BegunStream other) {
        return metadata.equals(other.metadata) && (bytes < 0 || other.bytes < 0 || bytes == other.bytes);
    }
}
