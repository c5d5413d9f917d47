/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.backup.BackupDescription;
import java.io.IOException;

/** A backup was asked for by a request that has made one already, which counts. Nothing has begun, and nothing has changed. */
public final class RepeatedRequestException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient BackupDescription backup;

    public RepeatedRequestException(BackupDescription backup) {
        super("domain " + backup.domain() + ": " + backup.reason() + ", which is " + backup.checkpoint());
        this.backup = backup;
    }

    /** The backup that the request has made. */
    public BackupDescription backup() {
        return backup;
    }
}
