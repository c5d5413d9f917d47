/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.CommandFlags;
import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.NbdErrno;

/** Which requests are carried out. Source: NBD protocol, "Request types", "Command flags" and "Error values". */
final class RequestRules {

    /** The most that one READ or WRITE may carry, in bytes; the protocol's default. */
    static final int MAXIMUM_PAYLOAD = 32 * 1024 * 1024;

    private final Session session;
    private final Export export;
    private final long size;

    RequestRules(Session session) {
        this.session = session;
        this.export = session.export();
        this.size = export.size();
    }

    void check(Request request) throws RequestFailure {
        int known = knownFlags(request);
        if ((request.flags() & ~known) != 0) {
            throw request.refused(NbdErrno.EINVAL, String.format("flags 0x%x, expected none but 0x%x", request.flags(), known));
        }
        switch (request.type()) {
            case CommandType.READ -> {
                checkRange(request, NbdErrno.EINVAL);
                // a structured reply may tell the client to ask for less
                checkPayload(request, session.structured() ? NbdErrno.EOVERFLOW : NbdErrno.EINVAL);
            }
            case CommandType.WRITE -> {
                checkWritable(request);
                checkPayload(request, NbdErrno.EINVAL);
                checkRange(request, NbdErrno.ENOSPC);
            }
            case CommandType.WRITE_ZEROES -> {
                checkWritable(request);
                checkRange(request, NbdErrno.ENOSPC);
            }
            case CommandType.TRIM -> {
                checkWritable(request);
                checkRange(request, NbdErrno.EINVAL);
            }
            case CommandType.BLOCK_STATUS -> {
                if (!session.allocation()) {
                    throw request.refused(NbdErrno.EINVAL, "no meta context was selected for this export");
                }
                checkRange(request, NbdErrno.EINVAL);
            }
            case CommandType.FLUSH -> {
                if (request.offset() != 0 || request.length() != 0) {
                    throw request.refused(NbdErrno.EINVAL, "offset and length must be 0");
                }
            }
            default -> throw request.refused(NbdErrno.EINVAL, "the command is not supported");
        }
    }

    private int knownFlags(Request request) {
        int fua = export.readOnly() ? 0 : CommandFlags.FUA;
        return fua | switch (request.type()) {
            case CommandType.READ -> session.structured() ? CommandFlags.DF : 0;
            case CommandType.WRITE_ZEROES -> CommandFlags.NO_HOLE;
            case CommandType.BLOCK_STATUS -> CommandFlags.REQ_ONE;
            default -> 0;
        };
    }

    private void checkWritable(Request request) throws RequestFailure {
        if (export.readOnly()) {
            throw request.refused(NbdErrno.EPERM, "the export is read-only");
        }
    }

    private static void checkPayload(Request request, NbdErrno errno) throws RequestFailure {
        if (request.length() > MAXIMUM_PAYLOAD) {
            throw request.refused(errno, "more than " + MAXIMUM_PAYLOAD + " bytes in one request");
        }
    }

    private void checkRange(Request request, NbdErrno errno) throws RequestFailure {
        if (request.length() == 0) {
            throw request.refused(NbdErrno.EINVAL, "the length is 0");
        }
        if (request.offset() < 0 || request.offset() > size || request.length() > size - request.offset()) {
            throw request.refused(errno, "the export has " + size + " bytes");
        }
    }
}
