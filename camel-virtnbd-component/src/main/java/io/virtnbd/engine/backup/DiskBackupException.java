/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import java.io.IOException;

/** A disk could not be read to its end; what was handed out of its stream so far is not a backup. */
public final class DiskBackupException extends IOException {

    private static final long serialVersionUID = 1L;

    public DiskBackupException(String message) {
        super(message);
    }

    public DiskBackupException(String message, Throwable cause) {
        super(message, cause);
    }
}
