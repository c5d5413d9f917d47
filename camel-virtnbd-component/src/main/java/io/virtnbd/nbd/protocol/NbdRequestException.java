/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

/** One request failed with an error number; the connection can still be used. */
public final class NbdRequestException extends NbdException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * @param request what was asked, for example {@code READ of 65536 bytes at 0}
     * @param errno   the number that the server sent, see {@link NbdErrno}
     * @param detail  the server's own words, or an empty string
     */
    public NbdRequestException(String request, int errno, String detail) {
        super(request + " failed: " + NbdErrno.describe(errno) + (detail.isEmpty() ? "" : ": " + detail), null);
        this.errno = errno;
    }

    /** The number that the server sent. */
    public int errno() {
        return errno;
    }
}
