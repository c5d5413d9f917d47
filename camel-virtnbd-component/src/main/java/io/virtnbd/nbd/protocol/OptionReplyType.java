/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

/** Types of a server's replies to options; errors have bit 31 set. Source: NBD protocol, "Option reply types". */
public final class OptionReplyType {

    public static final int ACK = 1;
    public static final int SERVER = 2;
    public static final int INFO = 3;
    public static final int META_CONTEXT = 4;

    /** The bit that every error reply has. */
    public static final int ERROR_BIT = 1 << 31;
    public static final int ERR_UNSUP = ERROR_BIT + 1;
    public static final int ERR_POLICY = ERROR_BIT + 2;
    public static final int ERR_INVALID = ERROR_BIT + 3;
    public static final int ERR_PLATFORM = ERROR_BIT + 4;
    public static final int ERR_TLS_REQD = ERROR_BIT + 5;
    public static final int ERR_UNKNOWN = ERROR_BIT + 6;
    public static final int ERR_SHUTDOWN = ERROR_BIT + 7;
    public static final int ERR_BLOCK_SIZE_REQD = ERROR_BIT + 8;
    public static final int ERR_TOO_BIG = ERROR_BIT + 9;
    public static final int ERR_EXT_HEADER_REQD = ERROR_BIT + 10;

    private OptionReplyType() {
    }

    /** The name that the protocol document gives the type, without its prefix, or the number in hex. */
    public static String nameOf(int type) {
        return switch (type) {
            case ACK -> "ACK";
            case SERVER -> "SERVER";
            case INFO -> "INFO";
            case META_CONTEXT -> "META_CONTEXT";
            case ERR_UNSUP -> "ERR_UNSUP";
            case ERR_POLICY -> "ERR_POLICY";
            case ERR_INVALID -> "ERR_INVALID";
            case ERR_PLATFORM -> "ERR_PLATFORM";
            case ERR_TLS_REQD -> "ERR_TLS_REQD";
            case ERR_UNKNOWN -> "ERR_UNKNOWN";
            case ERR_SHUTDOWN -> "ERR_SHUTDOWN";
            case ERR_BLOCK_SIZE_REQD -> "ERR_BLOCK_SIZE_REQD";
            case ERR_TOO_BIG -> "ERR_TOO_BIG";
            case ERR_EXT_HEADER_REQD -> "ERR_EXT_HEADER_REQD";
            default -> "0x" + Integer.toHexString(type);
        };
    }
}
