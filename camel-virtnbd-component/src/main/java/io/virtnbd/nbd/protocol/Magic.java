/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

/** The numbers that begin each kind of message; all are sent in network byte order. Source: NBD protocol, "Values". */
public final class Magic {

    /** "NBDMAGIC", the first eight bytes that a server sends. */
    public static final long INIT = 0x4e42444d41474943L;
    /** "IHAVEOPT", the next eight bytes of a newstyle server, and the start of each option request. */
    public static final long OPTION = 0x49484156454F5054L;
    /** Takes the place of {@link #OPTION} in the oldstyle handshake, which is not supported. */
    public static final long OLDSTYLE = 0x00420281861253L;
    public static final long OPTION_REPLY = 0x3e889045565a9L;
    public static final int REQUEST = 0x25609513;
    public static final int EXTENDED_REQUEST = 0x21e41c71;
    public static final int SIMPLE_REPLY = 0x67446698;
    public static final int STRUCTURED_REPLY = 0x668e33ef;
    public static final int EXTENDED_REPLY = 0x6e8a278c;

    private Magic() {
    }
}
