/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;

/** The date in a stream's metadata. Source: format document, "Metadata". */
public final class BackupDate {

    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS");

    private BackupDate() {
    }

    /** Local time with microseconds and without a zone. */
    public static String now() {
        return LocalDateTime.now().format(FORMAT);
    }
}
