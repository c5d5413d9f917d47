/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The backups of a component that have not ended. Safe for use by several threads. */
public final class OpenBackups {

    private final Set<BackupRun> open = ConcurrentHashMap.newKeySet();

    public void add(BackupRun run) {
        open.add(run);
    }

    public void remove(BackupRun run) {
        open.remove(run);
    }

    /** Ends them all, also those of which messages are left in queues that are gone, so that nobody else will. */
    public void close(String why) {
        List.copyOf(open).forEach(run -> run.close(why));
    }
}
