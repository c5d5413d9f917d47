/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.BackupDescription;
import java.util.Optional;

/**
 * A request that was carried out, and the backup that it has made.
 *
 * @param id         of the request
 * @param level      of the backup
 * @param checkpoint that the backup made or stands for
 * @param parent     checkpoint that the backup builds on; empty for a full and a copy
 * @param chain      checkpoint of the full or copy that its chain begins with
 * @param date       of the backup, as in its streams
 */
record CommittedRequest(String id, Level level, String checkpoint, String parent, String chain, String date) {

    /** The request that a backup was made for; empty where it had no id. */
    static Optional<CommittedRequest> of(BackupDescription backup) {
        return backup.requestId().map(id -> new CommittedRequest(id, backup.level(), backup.checkpoint(),
                backup.parentCheckpoint(), backup.chain(), backup.date()));
    }

    /** The backup, for whoever asks for it again. How long the guest was frozen is not known any more. */
    BackupDescription describe(String domain) {
        return new BackupDescription(domain, level, "request " + id + " has made this backup already", checkpoint, parent,
                chain, date, Optional.empty(), Optional.of(id));
    }
}
