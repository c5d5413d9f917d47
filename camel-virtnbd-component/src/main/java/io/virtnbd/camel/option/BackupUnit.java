/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

/** How a backup is cut into messages. The constants are named as the option's values. */
public enum BackupUnit {

    /** One message for a disk: its whole stream. */
    disk,
    /** Many messages for a disk, each of them a complete stream of a part of it. */
    segment,
    /** One message for each frame of the stream, and neither domain XML nor manifest. */
    frame
}
