/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.chain.Level;
import java.time.Duration;
import java.util.Optional;

/**
 * What a backup is.
 *
 * @param domain           name of the domain; for a bare export what names the backup
 * @param level            of the backup; single disks can differ
 * @param reason           why this level, in words for people
 * @param checkpoint       name of the checkpoint that the backup makes or stands for
 * @param parentCheckpoint that the backup builds on; empty for a full and a copy
 * @param chain            checkpoint of the full or copy that the chain begins with: the same for all backups that are restored
 *                         together
 * @param date             as in the streams' metadata: local time with microseconds
 * @param frozen           how long the guest's file systems were frozen; empty if they were not
 * @param requestId        id of the request that asked for the backup; empty where it has none
 */
public record BackupDescription(String domain, Level level, String reason, String checkpoint, String parentCheckpoint,
                                String chain, String date, Optional<Duration> frozen, Optional<String> requestId) {

    /** Of a backup whose request has no id. */
    public BackupDescription(String domain, Level level, String reason, String checkpoint, String parentCheckpoint,
            String chain, String date, Optional<Duration> frozen) {
        this(domain, level, reason, checkpoint, parentCheckpoint, chain, date, frozen, Optional.empty());
    }
}
