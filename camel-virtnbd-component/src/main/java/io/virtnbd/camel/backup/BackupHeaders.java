/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.backup.BackupDescription;
import java.util.Map;

/** The headers that tell of a backup. */
final class BackupHeaders {

    private BackupHeaders() {
    }

    static Map<String, Object> of(BackupDescription backup) {
        return Map.of(VirtNbdConstants.DOMAIN, backup.domain(),
                VirtNbdConstants.LEVEL, ResultLevel.of(backup.level()),
                VirtNbdConstants.REASON, backup.reason(),
                VirtNbdConstants.CHECKPOINT, backup.checkpoint(),
                VirtNbdConstants.PARENT_CHECKPOINT, backup.parentCheckpoint(),
                VirtNbdConstants.CHAIN, backup.chain());
    }
}
