/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.io.IOException;

/** A call to libvirt failed. The message names the domain or the connection, the call, and what libvirt said. */
public final class LibvirtCallException extends IOException {

    private static final long serialVersionUID = 1;

    /** What a caller can tell apart. */
    public enum Kind {
        /** The daemon cannot be reached, or the connection to it was lost. */
        CONNECTION,
        NO_DOMAIN,
        NO_CHECKPOINT,
        /** A checkpoint's bitmap is missing or broken. */
        CHECKPOINT_INCONSISTENT,
        /** An image has a bitmap of the new checkpoint's name already, which libvirt knows nothing of. */
        BITMAP_EXISTS,
        /** There is a checkpoint of the new one's name already. */
        CHECKPOINT_EXISTS,
        /** Another job is running, for example somebody else's backup or a migration. */
        JOB_RUNNING,
        /** There is no backup job. */
        NO_BACKUP,
        /** Not possible in the domain's state, for example because it is not running. */
        OPERATION_INVALID,
        /** The guest agent is not there, does not answer, or refused. */
        AGENT,
        /** A definition is not what the schema of its kind describes. */
        INVALID_SCHEMA,
        /** Another job holds the domain for too long. */
        TIMEOUT,
        OTHER
    }

    private final Kind kind;

    public LibvirtCallException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
