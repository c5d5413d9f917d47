/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import java.io.IOException;

/** A domain cannot be backed up as asked. The message names the domain and says what can be done. Nothing has changed. */
public class DomainBackupException extends IOException {

    private static final long serialVersionUID = 1L;

    public DomainBackupException(String message) {
        super(message);
    }

    public DomainBackupException(String message, Throwable cause) {
        super(message, cause);
    }
}
