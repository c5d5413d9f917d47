/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.engine.backup.BackupDescription;
import java.util.Collections;
import java.util.Iterator;
import org.apache.camel.Message;

/**
 * The body where a request has made its backup before: a backup without messages, whose split sends nothing and succeeds. Safe
 * for use by several threads.
 */
public final class RepeatedBackup implements Iterable<Message> {

    private final BackupDescription backup;

    private RepeatedBackup(BackupDescription backup) {
        this.backup = backup;
    }

    /** The answer to a request that has made that backup. The log tells of it. */
    public static RepeatedBackup of(BackupDescription backup) {
        BackupReport.repeated(backup);
        return new RepeatedBackup(backup);
    }

    @Override
    public Iterator<Message> iterator() {
        return Collections.emptyIterator();
    }

    /** For logs. */
    @Override
    public String toString() {
        return "backup " + backup.checkpoint() + " of " + backup.domain() + ", made before";
    }
}
