/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

/** Error numbers of the protocol, which are those of Linux on every platform. Source: NBD protocol, "Error values". */
public enum NbdErrno {
    EPERM(1, "operation not permitted"),
    EIO(5, "input/output error"),
    ENOMEM(12, "cannot allocate memory"),
    EINVAL(22, "invalid argument"),
    ENOSPC(28, "no space left on device"),
    EOVERFLOW(75, "value too large"),
    ENOTSUP(95, "operation not supported"),
    ESHUTDOWN(108, "server is shutting down");

    private final int code;
    private final String meaning;

    NbdErrno(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** Name and meaning of a number on the wire, for messages; unknown numbers are given as they are. */
    public static String describe(int code) {
        for (NbdErrno errno : values()) {
            if (errno.code == code) {
                return errno.name() + " (" + errno.meaning + ")";
            }
        }
        return "error " + Integer.toUnsignedString(code);
    }
}
