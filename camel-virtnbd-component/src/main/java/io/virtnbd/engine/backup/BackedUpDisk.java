/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.chain.Level;
import io.virtnbd.chain.StreamFileName;

/**
 * One disk of a backup.
 *
 * @param backup   its content, open as long as the backup it belongs to
 * @param fileName name of its file in a backup set; the level in it is what the stream is in its chain
 * @param level    what the stream covers: a full where it holds the whole disk, which can be so within an incremental backup,
 *                 under the name of an increment too
 * @param reason   why this level, in words for people
 */
public record BackedUpDisk(DiskBackup backup, StreamFileName fileName, Level level, String reason) {
}
