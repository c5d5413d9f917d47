/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.TransmissionFlags;
import java.util.List;

/**
 * What was negotiated for an export.
 *
 * @param name              as it was asked for
 * @param size              bytes, 0 to 2^63 - 1
 * @param flags             a sum of {@link TransmissionFlags}, as the server sent it
 * @param blockSize         the sizes that requests keep to
 * @param structuredReplies whether the server sends structured replies
 * @param metaContexts      those of the wanted meta contexts that the server has, in the order in which they were wanted
 */
public record ExportInfo(String name, long size, int flags, BlockSize blockSize, boolean structuredReplies,
        List<String> metaContexts) {

    public ExportInfo {
        metaContexts = List.copyOf(metaContexts);
    }

    public boolean readOnly() {
        return has(TransmissionFlags.READ_ONLY);
    }

    public boolean canFlush() {
        return has(TransmissionFlags.SEND_FLUSH);
    }

    /** Whether writing commands may carry {@link io.virtnbd.nbd.protocol.CommandFlags#FUA}. */
    public boolean canFua() {
        return has(TransmissionFlags.SEND_FUA);
    }

    public boolean canTrim() {
        return has(TransmissionFlags.SEND_TRIM);
    }

    public boolean canWriteZeroes() {
        return has(TransmissionFlags.SEND_WRITE_ZEROES);
    }

    /** Whether WRITE_ZEROES may carry {@link io.virtnbd.nbd.protocol.CommandFlags#FAST_ZERO}. */
    public boolean canFastZero() {
        return canWriteZeroes() && has(TransmissionFlags.SEND_FAST_ZERO);
    }

    /** Whether several connections see each other's writes once they are flushed. */
    public boolean canMultiConn() {
        return has(TransmissionFlags.CAN_MULTI_CONN);
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
