/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Gives the bytes of one data frame after the other; the source stands at a payload's first byte, and at its CR LF in the end.
 */
interface PayloadReader {

    void begin(DataFrame frame);

    /** Moves decoded bytes into the target, at least one, or returns -1 at the payload's end. */
    int read(ByteBuffer target) throws IOException;

    /** Goes to the payload's end. */
    void finish() throws IOException;
}
