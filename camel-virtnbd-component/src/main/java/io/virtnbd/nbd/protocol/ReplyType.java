/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

/** Types and flags of structured reply chunks. Source: NBD protocol, "Structured reply types". */
public final class ReplyType {

    /** Flag of the last chunk of a reply. */
    public static final int FLAG_DONE = 1;

    public static final int NONE = 0;
    public static final int OFFSET_DATA = 1;
    public static final int OFFSET_HOLE = 2;
    public static final int BLOCK_STATUS = 5;
    public static final int BLOCK_STATUS_EXT = 6;

    /** The bit that every error chunk has. */
    public static final int ERROR_BIT = 1 << 15;
    public static final int ERROR = ERROR_BIT + 1;
    public static final int ERROR_OFFSET = ERROR_BIT + 2;

    private ReplyType() {
    }
}
