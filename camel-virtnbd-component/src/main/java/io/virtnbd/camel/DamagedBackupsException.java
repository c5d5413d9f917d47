/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Of the backups below a directory, which were all verified, at least one is not whole. The exceptions of the single directories
 * are suppressed in this one. Immutable.
 */
public final class DamagedBackupsException extends IOException {

    private static final long serialVersionUID = 1L;

    private static final int MOST_REPORTED = 10;

    private final transient Map<String, Object> report;

    DamagedBackupsException(String directory, Map<String, Map<String, Object>> verified, Map<String, Exception> failures) {
        super(message(directory, verified.size(), failures));
        Map<String, Object> failed = new LinkedHashMap<>();
        failures.forEach((path, failure) -> {
            failed.put(path, text(failure));
            addSuppressed(failure);
        });
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("directory", directory);
        all.put("verified", verified);
        all.put("failed", failed);
        report = all;
    }

    /**
     * What was found, as a map of texts, numbers, lists and maps: {@code directory}, {@code verified} (summaries by directory) and
     * {@code failed} (messages by directory).
     */
    public Map<String, Object> getReport() {
        return report;
    }

    private static String message(String directory, int whole, Map<String, Exception> failures) {
        StringBuilder message = new StringBuilder().append(failures.size()).append(" of ").append(whole + failures.size())
                .append(" backup directories below ").append(directory).append(" cannot be restored as they are");
        failures.entrySet().stream().limit(MOST_REPORTED).forEach(failure ->
                message.append("; ").append(failure.getKey()).append(": ").append(text(failure.getValue())));
        if (failures.size() > MOST_REPORTED) {
            message.append("; and ").append(failures.size() - MOST_REPORTED).append(" more");
        }
        return message.toString();
    }

    /** Messages of the file system are often nothing but a path. */
    private static String text(Exception failure) {
        return failure instanceof FileSystemException || failure.getMessage() == null ? failure.toString()
                : failure.getMessage();
    }
}
