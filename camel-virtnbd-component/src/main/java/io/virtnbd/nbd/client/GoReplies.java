/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.InfoType;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.TransmissionFlags;
import java.nio.ByteBuffer;

/** Collects and checks what a server tells about an export. Source: NBD protocol, "NBD_REP_INFO". */
final class GoReplies {

    private static final int EXPORT_LENGTH = 10;
    private static final int BLOCK_SIZE_LENGTH = 12;

    private final int maxPayload;
    private boolean exportSeen;
    private long size;
    private int flags;
    private BlockSize blockSize;

    GoReplies(int maxPayload) {
        this.maxPayload = maxPayload;
    }

    /**
     * @param data of an INFO reply: 16 bits of type, then what the type prescribes; unknown types are ignored, as they must be
     */
    void info(ByteBuffer data) throws NbdNegotiationException {
        if (data.remaining() < Short.BYTES) {
            throw new NbdNegotiationException("INFO reply has " + data.remaining() + " bytes, expected at least 2");
        }
        int type = Short.toUnsignedInt(data.getShort());
        if (type == InfoType.EXPORT) {
            requireLength("INFO_EXPORT", data, EXPORT_LENGTH);
            export(data);
        } else if (type == InfoType.BLOCK_SIZE) {
            requireLength("INFO_BLOCK_SIZE", data, BLOCK_SIZE_LENGTH);
            if (blockSize != null) {
                throw new NbdNegotiationException("the server sent its block sizes twice");
            }
            try {
                blockSize = BlockSize.advertised(unsigned(data), unsigned(data), unsigned(data), maxPayload);
            } catch (IllegalArgumentException e) {
                throw new NbdNegotiationException("the server's block sizes make no sense: " + e.getMessage());
            }
        }
    }

    /** Size and flags, as INFO_EXPORT and the reply to EXPORT_NAME have them. */
    void export(ByteBuffer data) throws NbdNegotiationException {
        if (exportSeen) {
            throw new NbdNegotiationException("the server sent the export's size and flags twice");
        }
        exportSeen = true;
        size = data.getLong();
        flags = Short.toUnsignedInt(data.getShort());
        if (size < 0) {
            throw new NbdNegotiationException("the export has " + Long.toUnsignedString(size)
                    + " bytes, expected less than 2^63");
        }
        if ((flags & TransmissionFlags.HAS_FLAGS) == 0) {
            throw new NbdNegotiationException("transmission flags 0x" + Integer.toHexString(flags) + " lack HAS_FLAGS");
        }
    }

    ExportInfo finish(String name, boolean structuredReplies, MetaContexts contexts) throws NbdNegotiationException {
        if (!exportSeen) {
            throw new NbdNegotiationException("the server acknowledged GO without telling size and flags of the export");
        }
        return new ExportInfo(name, size, flags, blockSize == null ? BlockSize.defaults(maxPayload) : blockSize,
                structuredReplies, contexts.names());
    }

    private static long unsigned(ByteBuffer data) {
        return Integer.toUnsignedLong(data.getInt());
    }

    private static void requireLength(String name, ByteBuffer data, int expected) throws NbdNegotiationException {
        if (data.remaining() != expected) {
            throw new NbdNegotiationException(name + " has " + data.remaining() + " bytes, expected " + expected);
        }
    }
}
