/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

/** Bits of the 16-bit handshake flags of a server and, with the same meaning, of the 32-bit flags of a client. */
public final class HandshakeFlags {

    public static final int FIXED_NEWSTYLE = 1;
    public static final int NO_ZEROES = 1 << 1;

    private HandshakeFlags() {
    }
}
