/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A part of a disk in memory, as soon as somebody reads it. Several threads may use it. */
interface Content extends PieceCache.Weighted {

    /** @param at from the start of the part */
    void read(int at, ByteBuffer target) throws IOException;
}
