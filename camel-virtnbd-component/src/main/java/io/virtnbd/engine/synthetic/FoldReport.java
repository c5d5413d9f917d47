/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import java.util.List;

/**
 * What has become of a set that was folded where it is.
 *
 * @param domain      that the backups are of
 * @param checkpoint  of the new full
 * @param backups     how many of a disk were folded, at most; 1 where there was nothing to fold, and nothing was changed
 * @param written     names of the new files
 * @param deleted     names of the files that went
 * @param bytesBefore of the files that were replaced or went
 * @param bytesAfter  of the new files
 */
public record FoldReport(String domain, String checkpoint, int backups, List<String> written, List<String> deleted,
                         long bytesBefore, long bytesAfter) {

    public FoldReport {
        written = List.copyOf(written);
        deleted = List.copyOf(deleted);
    }
}
