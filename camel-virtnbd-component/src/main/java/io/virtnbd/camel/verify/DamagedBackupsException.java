/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Of the backups that were verified, to the last, at least one is not whole. The cause is what was found first, where that was an
 * exception. Immutable.
 */
public final class DamagedBackupsException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Serializable, as all in it is. */
    private final LinkedHashMap<String, Object> report;

    DamagedBackupsException(String message, Map<String, Object> report, Throwable cause) {
        super(message, cause);
        this.report = new LinkedHashMap<>(report);
    }

    /** What was found, as a map of texts, numbers, lists and maps: the body that a verification of whole backups leaves. */
    public Map<String, Object> getReport() {
        return new LinkedHashMap<>(report);
    }
}
