/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.chain.StreamFileName;

/**
 * One disk of a backup.
 *
 * @param backup   its content, open as long as the backup it belongs to
 * @param fileName name of its file in a backup set; says the level too, which can differ from the backup's: a new disk has its
 *                 own full within an increment
 * @param reason   why this level, in words for people
 */
public record BackedUpDisk(DiskBackup backup, StreamFileName fileName, String reason) {
}
