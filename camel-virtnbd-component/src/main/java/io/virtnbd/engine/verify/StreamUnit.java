/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.store.StoredFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is read in one run or in another: the streams that one backup made of one disk, which is one file, or all of its segments.
 * It is called as the one file would be.
 */
final class StreamUnit {

    private static final String SUFFIX = ".data";

    private StreamUnit() {
    }

    /** The unit of a file; empty where it is no stream by its name. */
    static Optional<String> of(String fileName) {
        return BackupFileNames.parse(fileName).map(name -> name.segmentIndex().isEmpty() ? fileName
                : fileName.substring(0, fileName.lastIndexOf('.', fileName.length() - SUFFIX.length() - 1)) + SUFFIX);
    }

    /** Bytes by unit. */
    static Map<String, Long> units(List<StoredFile> files) {
        Map<String, Long> units = new TreeMap<>();
        for (StoredFile file : files) {
            of(file.name()).ifPresent(unit -> units.merge(unit, file.bytes(), Long::sum));
        }
        return units;
    }
}
