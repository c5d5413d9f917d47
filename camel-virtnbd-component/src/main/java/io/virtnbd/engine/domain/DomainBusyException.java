/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

/** Another backup of the domain is running. */
public final class DomainBusyException extends DomainBackupException {

    private static final long serialVersionUID = 1L;

    public DomainBusyException(String message) {
        super(message);
    }

    public DomainBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
