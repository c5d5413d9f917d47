/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.io.IOException;

/** A backup of which something was not delivered. There is no manifest for it, and what was delivered is not a backup. */
public final class IncompleteBackupException extends IOException {

    private static final long serialVersionUID = 1L;

    IncompleteBackupException(String message) {
        super(message);
    }

    IncompleteBackupException(String message, Throwable cause) {
        super(message, cause);
    }
}
