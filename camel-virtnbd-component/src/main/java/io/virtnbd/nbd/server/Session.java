/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.TransmissionFlags;

/**
 * What the handshake of one client agreed on.
 *
 * @param structured whether replies are structured
 * @param allocation whether the client selected {@code base:allocation} for this export
 */
record Session(Export export, boolean structured, boolean allocation) {

    /** The transmission flags of an export. */
    static short flags(Export export, boolean structured) {
        int flags = TransmissionFlags.HAS_FLAGS;
        if (export.readOnly()) {
            flags |= TransmissionFlags.READ_ONLY;
        } else {
            flags |= TransmissionFlags.SEND_FLUSH | TransmissionFlags.SEND_FUA | TransmissionFlags.SEND_TRIM
                    | TransmissionFlags.SEND_WRITE_ZEROES;
        }
        if (structured) {
            flags |= TransmissionFlags.SEND_DF;
        }
        if (export.canMultiConn()) {
            flags |= TransmissionFlags.CAN_MULTI_CONN;
        }
        return (short) flags;
    }
}
