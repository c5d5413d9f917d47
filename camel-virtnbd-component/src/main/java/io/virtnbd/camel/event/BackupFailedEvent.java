/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import io.virtnbd.engine.backup.BackupDescription;
import java.util.Optional;
import org.apache.camel.CamelContext;

/** A backup could not begin, or it was not delivered and is rolled back. */
public final class BackupFailedEvent extends BackupEvent {

    private final Optional<BackupDescription> backup;
    private final Throwable cause;

    /** @param backup empty where it could not begin */
    public BackupFailedEvent(CamelContext context, String domain, Optional<BackupDescription> backup, Throwable cause) {
        super(context, domain);
        this.backup = backup;
        this.cause = cause;
    }

    /** Empty where the backup could not begin. */
    public Optional<BackupDescription> getBackup() {
        return backup;
    }

    public Throwable getCause() {
        return cause;
    }

    @Override
    public String toString() {
        return "backup of " + getDomain() + " has failed: " + cause;
    }
}
