/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.directory;

import java.io.IOException;

/** Another run, of this program or another one, is changing the backups of a directory. */
public final class DirectoryBusyException extends IOException {

    private static final long serialVersionUID = 1;

    DirectoryBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
