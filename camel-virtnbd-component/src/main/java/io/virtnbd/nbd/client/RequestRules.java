/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.CommandFlags;

/** Which requests an export takes: those that it does not are refused before anything is sent. */
final class RequestRules {

    private final ExportInfo export;

    RequestRules(ExportInfo export) {
        this.export = export;
    }

    void checkPayload(String command, long offset, long length) {
        checkRange(command, offset, length, export.blockSize().maximum());
    }

    /** Checks a range. Source: NBD protocol, "Size constraints". */
    void checkRange(String command, long offset, long length, long maximum) {
        if (length < 1 || length > maximum) {
            throw new IllegalArgumentException(command + " of " + length + " bytes, expected 1 to " + maximum);
        }
        if (offset < 0 || length > export.size() - offset) {
            throw new IllegalArgumentException(command + " of " + length + " bytes at " + offset + " is not within the "
                    + export.size() + " bytes of the export");
        }
        int alignment = export.blockSize().minimum() - 1;
        if ((offset & alignment) != 0 || (length & alignment) != 0 && length != export.size() - offset) {
            throw new IllegalArgumentException(command + " of " + length + " bytes at " + offset
                    + " is not aligned to the minimum block size " + export.blockSize().minimum());
        }
    }

    void checkWritable(String command) {
        checkOffered(command + " on a writable export", !export.readOnly());
    }

    void checkOffered(String feature, boolean offered) {
        if (!offered) {
            throw new UnsupportedOperationException("the server does not offer " + feature + " for export '" + export.name()
                    + "'");
        }
    }

    void checkFlags(String command, int flags, int allowed) {
        if ((flags & ~allowed) != 0) {
            throw new IllegalArgumentException(command + " with flags 0x" + Integer.toHexString(flags) + ", allowed are 0x"
                    + Integer.toHexString(allowed));
        }
        checkOffered("the flag FUA", (flags & CommandFlags.FUA) == 0 || export.canFua());
        checkOffered("the flag FAST_ZERO", (flags & CommandFlags.FAST_ZERO) == 0 || export.canFastZero());
    }
}
